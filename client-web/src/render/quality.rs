//! Drawing quality: three tiers, and the governor that finds the best one that the machine can sustain.
//!
//! A browser does not report how long the GPU works (most of them block timer queries), and the time between frames
//! alone is misleading: a phone that saves power is limited to 30 frames per second, however little is drawn. So the
//! governor experiments: it steps down when frames are slow, and returns for good when that did not help.

/// Frames per judgement.
const WINDOW_FRAMES: usize = 45;
/// Time after which fewer frames, but at least these, are enough for a judgement: a very slow machine must not stay
/// slow for a quarter of a minute first.
const WINDOW_SECONDS: f32 = 1.5;
const WINDOW_FRAMES_MIN: usize = 4;
/// Frames that are not judged after a change, because buffers are created again and shaders warm up.
const SETTLE_FRAMES: usize = 12;
/// Time after which fewer frames are enough for that, too.
const SETTLE_SECONDS: f32 = 0.5;
/// Mean interval from which frames are slow: 45 per second.
const SLOW_SECONDS: f32 = 1.0 / 45.0;
/// Mean interval below which a higher tier may be possible. Screens above 60 Hz are well below it.
const QUICK_SECONDS: f32 = 1.0 / 57.0;
/// An interval from which the page was hidden or something else paused it; it is not counted.
const STOPPED_SECONDS: f32 = 0.9;
/// Share of the interval that a step down must save to count as a success.
const HELP_SHARE: f32 = 0.12;
/// Fast judgements in a row before a step up is tried; doubled after each failed attempt.
const QUICK_WINDOWS: u32 = 12;

/// A quality tier.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Quality {
    /// No glow, fewer particles, fewer pixels.
    Low,
    /// Glow at a lower resolution, slightly fewer pixels, at most 1.25 per CSS pixel.
    Medium,
    /// Everything; at most 2 pixels per CSS pixel.
    High,
}

impl Quality {
    /// Device pixels per CSS pixel to draw, on a screen with `device_pixel_ratio`.
    pub fn pixel_ratio(self, device_pixel_ratio: f64) -> f64 {
        let ratio = if device_pixel_ratio.is_finite() { device_pixel_ratio } else { 1.0 };
        match self {
            Quality::High => ratio.clamp(0.5, 2.0),
            Quality::Medium => (ratio * 0.85).clamp(0.5, 1.25),
            Quality::Low => (ratio * 0.75).clamp(0.5, 0.9),
        }
    }

    /// Pixels of a picture for a canvas of `css` CSS pixels on a screen with `device_pixel_ratio`. No side is longer
    /// than `side_max`, and the aspect ratio is that of the canvas.
    pub fn picture_size(self, css: [f64; 2], device_pixel_ratio: f64, side_max: u32) -> [u32; 2] {
        let ratio = self.pixel_ratio(device_pixel_ratio);
        let longest = css[0].max(css[1]) * ratio;
        let shrink = (f64::from(side_max.max(1)) / longest.max(1.0)).min(1.0);
        // `as` saturates.
        css.map(|side| ((side * ratio * shrink).round() as u32).max(1))
    }

    /// How many times smaller than the picture the glow is drawn; `None`: no glow.
    pub fn light_divisor(self) -> Option<u32> {
        match self {
            Quality::High => Some(4),
            Quality::Medium => Some(6),
            Quality::Low => None,
        }
    }

    /// Share of an effect's particles that are made.
    pub fn particle_share(self) -> f32 {
        match self {
            Quality::High => 1.0,
            Quality::Medium => 0.65,
            Quality::Low => 0.4,
        }
    }

    fn lower(self) -> Option<Quality> {
        match self {
            Quality::High => Some(Quality::Medium),
            Quality::Medium => Some(Quality::Low),
            Quality::Low => None,
        }
    }

    fn higher(self) -> Option<Quality> {
        match self {
            Quality::Low => Some(Quality::Medium),
            Quality::Medium => Some(Quality::High),
            Quality::High => None,
        }
    }
}

/// The last change, and the condition that it must meet.
#[derive(Clone, Copy, Debug)]
enum Trial {
    None,
    /// Stepped down from a tier with this mean interval.
    Down {
        seconds_before: f32,
    },
    /// Stepped up as an attempt.
    Up,
}

/// Finds the tier from the times between frames.
#[derive(Debug)]
pub struct Governor {
    quality: Quality,
    settle: usize,
    settle_seconds: f32,
    frames: usize,
    sum_seconds: f32,
    quick_windows: u32,
    quick_windows_needed: u32,
    trial: Trial,
    /// Lower tiers are not faster on this machine: something else limits the frame rate.
    lower_is_useless: bool,
}

impl Default for Governor {
    fn default() -> Self {
        Governor {
            quality: Quality::High,
            settle: SETTLE_FRAMES,
            settle_seconds: SETTLE_SECONDS,
            frames: 0,
            sum_seconds: 0.0,
            quick_windows: 0,
            quick_windows_needed: QUICK_WINDOWS,
            trial: Trial::None,
            lower_is_useless: false,
        }
    }
}

impl Governor {
    /// The tier to draw with.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// Adds the time since the previous frame. Returns the tier from now on.
    pub fn handle_frame(&mut self, seconds: f32) -> Quality {
        if !(0.0..STOPPED_SECONDS).contains(&seconds) {
            self.restart();
        } else if self.settle > 0 && self.settle_seconds > 0.0 {
            self.settle -= 1;
            self.settle_seconds -= seconds;
        } else {
            self.frames += 1;
            self.sum_seconds += seconds;
            let is_long = self.sum_seconds >= WINDOW_SECONDS && self.frames >= WINDOW_FRAMES_MIN;
            if self.frames == WINDOW_FRAMES || is_long {
                let mean = self.sum_seconds / self.frames as f32;
                (self.frames, self.sum_seconds) = (0, 0.0);
                self.judge(mean);
            }
        }
        self.quality
    }

    fn judge(&mut self, mean: f32) {
        let trial = std::mem::replace(&mut self.trial, Trial::None);
        match trial {
            Trial::Down { seconds_before } if mean > seconds_before * (1.0 - HELP_SHARE) => {
                self.lower_is_useless = true;
                self.change(self.quality.higher());
                return;
            }
            Trial::Up if mean > SLOW_SECONDS => {
                self.quick_windows_needed = self.quick_windows_needed.saturating_mul(2);
                self.change(self.quality.lower());
                return;
            }
            _ => {}
        }
        if mean > SLOW_SECONDS {
            self.quick_windows = 0;
            if !self.lower_is_useless && self.quality.lower().is_some() {
                self.change(self.quality.lower());
                self.trial = Trial::Down { seconds_before: mean };
            }
        } else if mean < QUICK_SECONDS {
            self.lower_is_useless = false;
            self.quick_windows += 1;
            if self.quick_windows >= self.quick_windows_needed && self.quality.higher().is_some() {
                self.change(self.quality.higher());
                self.trial = Trial::Up;
            }
        }
    }

    fn change(&mut self, to: Option<Quality>) {
        self.quality = to.unwrap_or(self.quality);
        self.quick_windows = 0;
        self.restart();
    }

    fn restart(&mut self) {
        (self.frames, self.sum_seconds) = (0, 0.0);
        (self.settle, self.settle_seconds) = (SETTLE_FRAMES, SETTLE_SECONDS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canvas_larger_than_the_gpu_takes_is_drawn_smaller_and_not_cut() {
        let size = |css, ratio| Quality::High.picture_size(css, ratio, 8_192);
        assert_eq!(size([1_280.0, 720.0], 1.0), [1_280, 720]);
        assert_eq!(size([1_280.0, 720.0], 2.0), [2_560, 1_440]);
        assert_eq!(size([10_000.0, 5_000.0], 1.0), [8_192, 4_096]);
        assert_eq!(size([5_120.0, 1_440.0], 2.0), [8_192, 2_304]);
        assert_eq!(size([0.0, 0.0], f64::NAN), [1, 1]);
    }

    /// Runs `frames` on a machine that takes `seconds(tier)` per frame.
    fn run(governor: &mut Governor, frames: usize, seconds: impl Fn(Quality) -> f32) {
        for _ in 0..frames {
            governor.handle_frame(seconds(governor.quality()));
        }
    }

    #[test]
    fn a_quick_machine_stays_high() {
        let mut governor = Governor::default();
        run(&mut governor, 2_000, |_| 1.0 / 60.0);
        assert_eq!(governor.quality(), Quality::High);
    }

    #[test]
    fn a_slow_machine_goes_down_within_some_seconds() {
        let mut governor = Governor::default();
        let slow = |quality| match quality {
            Quality::High => 0.05,
            Quality::Medium => 0.03,
            Quality::Low => 1.0 / 60.0,
        };
        run(&mut governor, 130, slow);
        assert_eq!(governor.quality(), Quality::Low);
    }

    #[test]
    fn a_machine_that_crawls_goes_down_within_five_seconds() {
        let mut governor = Governor::default();
        let seconds = |quality| match quality {
            Quality::High => 0.3,
            Quality::Medium => 0.2,
            Quality::Low => 0.05,
        };
        let mut passed = 0.0;
        while governor.quality() != Quality::Low {
            let frame = seconds(governor.quality());
            governor.handle_frame(frame);
            passed += frame;
            assert!(passed < 5.0);
        }
    }

    #[test]
    fn where_less_drawing_does_not_help_it_stays_high() {
        let mut governor = Governor::default();
        run(&mut governor, 3_000, |_| 1.0 / 30.0);
        assert_eq!(governor.quality(), Quality::High);
    }

    #[test]
    fn it_rarely_tries_again_what_is_too_much() {
        let mut governor = Governor::default();
        let seconds = |quality| if quality == Quality::High { 0.04 } else { 1.0 / 60.0 };
        let mut changes = 0;
        let mut last = governor.quality();
        for _ in 0..60 * 600 {
            governor.handle_frame(seconds(governor.quality()));
            changes += u32::from(governor.quality() != last);
            last = governor.quality();
        }
        assert_eq!(governor.quality(), Quality::Medium);
        assert!(changes <= 13, "{changes} changes in ten minutes");
    }

    #[test]
    fn a_hidden_page_is_no_slow_machine() {
        let mut governor = Governor::default();
        run(&mut governor, 500, |_| 1.0);
        assert_eq!(governor.quality(), Quality::High);
        governor.handle_frame(f32::NAN);
        assert_eq!(governor.quality(), Quality::High);
    }

    #[test]
    fn ratios_are_bounded() {
        for quality in [Quality::Low, Quality::Medium, Quality::High] {
            for ratio in [0.0, 1.0, 3.0, f64::NAN, f64::INFINITY] {
                assert!((0.5..=2.0).contains(&quality.pixel_ratio(ratio)));
            }
        }
    }
}
