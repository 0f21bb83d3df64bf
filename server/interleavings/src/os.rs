//! A machine of two processors whose threads can be kept anywhere.

pub mod affinity {
    pub struct Affinity;

    impl Affinity {
        pub fn of_this_thread() -> Self {
            Affinity
        }

        pub fn has_choice() -> bool {
            true
        }

        pub fn keep_off(&mut self, _processor: usize) {}
    }

    pub fn this_processor() -> usize {
        0
    }
}

pub mod scheduling {
    pub fn ask_for_prompt_wakeups() {}

    pub fn restore_default() {}
}
