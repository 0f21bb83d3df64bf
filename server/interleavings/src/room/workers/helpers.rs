//! Threads that are started anew for each loan. The real ones are rayon's, which has its own tests.

use std::convert::Infallible;

use crate::sync::thread;

#[derive(Debug, Default)]
pub struct Helpers(usize);

impl Helpers {
    pub fn resize(&mut self, count: usize) -> Result<(), Infallible> {
        self.0 = count;
        Ok(())
    }

    pub fn count(&self) -> usize {
        self.0
    }

    pub fn lend(&self, count: usize, work: impl Fn() + Sync, own: impl FnOnce()) {
        thread::scope(|scope| {
            let helpers: Vec<_> = (0..count).map(|_| scope.spawn(&work)).collect();
            own();
            helpers.into_iter().for_each(|helper| helper.join().unwrap());
        });
    }
}
