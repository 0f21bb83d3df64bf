//! Creates everything that drawing needs, in steps short enough that the page stays responsive in between.
//!
//! ```text
//! shader files -> programs (the driver compiles) -> textures baked -> each program drawn with once -> Gpu
//! ```
//!
//! A browser queues the GPU's work, and the first query of a result waits for the whole queue. So nothing is queried
//! before the driver reports that it is done: `KHR_parallel_shader_compile` for programs, fences for everything else.
//! On a machine that draws in software, doing everything at once took 4.5 seconds.

use web_sys::{WebGl2RenderingContext as Gl, WebGlSync};

use super::super::error::RenderError;
use super::super::pace::{Pace, Progress};
use super::gpu::Gpu;
use super::program::{Pending, Program, Programs, SOURCES};
use super::textures::Baker;

/// A [`Gpu`] being created.
pub struct Preparation {
    gl: Gl,
    /// Whether the driver compiles many programs in parallel and reports when they are done.
    is_parallel: bool,
    stage: Stage,
    done: usize,
    pace: Pace,
    fence: Option<WebGlSync>,
}

enum Stage {
    /// Programs that the driver is compiling, oldest first, and those that are done.
    Programs { pending: std::collections::VecDeque<Pending>, done: Vec<Program> },
    /// Textures, then first draws.
    Steps { gpu: Box<Gpu>, baker: Baker },
    /// The result has been returned.
    Done,
}

impl Preparation {
    const STEPS: usize = SOURCES.len() + Baker::STEPS + Gpu::WARM_UP_STEPS;

    /// Begins; nothing is done yet.
    pub fn new(gl: &Gl) -> Preparation {
        let extension = gl.get_extension("KHR_parallel_shader_compile").ok().flatten();
        Preparation {
            gl: gl.clone(),
            is_parallel: extension.is_some(),
            stage: Stage::Programs { pending: Default::default(), done: Vec::new() },
            done: 0,
            pace: Pace::default(),
            fence: None,
        }
    }

    /// The progress.
    pub fn progress(&self) -> Progress {
        Progress { done: self.done, total: Preparation::STEPS }
    }

    /// Continues as far as possible without waiting. Call it once per frame. Returns the result once, when everything
    /// is done.
    pub fn advance(&mut self) -> Result<Option<Gpu>, RenderError> {
        if !self.has_passed_fence() {
            self.pace.wait();
            return Ok(None);
        }
        let mut left = self.pace.steps();
        while left > 0 {
            // Taking a compiled program costs nothing; baking and drawing do.
            left -=
                usize::from(!(self.is_parallel && matches!(self.stage, Stage::Programs { .. })));
            let is_ready = match &mut self.stage {
                Stage::Programs { .. } => self.advance_programs()?,
                Stage::Steps { .. } => self.advance_steps(),
                Stage::Done => return Ok(None),
            };
            if !is_ready {
                break;
            }
            if self.done == Preparation::STEPS {
                let Stage::Steps { gpu, .. } = std::mem::replace(&mut self.stage, Stage::Done)
                else {
                    return Ok(None);
                };
                return Ok(Some(*gpu));
            }
        }
        self.set_fence();
        Ok(None)
    }

    /// Takes one compiled program, and keeps the driver busy. Returns whether there was one.
    fn advance_programs(&mut self) -> Result<bool, RenderError> {
        let Stage::Programs { pending, done } = &mut self.stage else { return Ok(false) };
        let at_once = if self.is_parallel { SOURCES.len() } else { 1 };
        let is_new = pending.is_empty();
        while pending.len() < at_once && done.len() + pending.len() < SOURCES.len() {
            pending.push_back(Pending::new(&self.gl, SOURCES[done.len() + pending.len()])?);
        }
        let is_done = match pending.front() {
            Some(first) if self.is_parallel => first.is_done(&self.gl),
            // The fence that follows reports when the driver is done.
            Some(_) => !is_new,
            None => false,
        };
        let Some(first) = is_done.then(|| pending.pop_front()).flatten() else { return Ok(false) };
        done.push(first.finish(&self.gl)?);
        self.done = done.len();
        if done.len() == SOURCES.len() {
            let (gpu, baker) = Gpu::new(&self.gl, Programs::new(std::mem::take(done))?)?;
            self.stage = Stage::Steps { gpu: Box::new(gpu), baker };
        }
        Ok(true)
    }

    fn advance_steps(&mut self) -> bool {
        let Stage::Steps { gpu, baker } = &mut self.stage else { return false };
        match self.done - SOURCES.len() {
            step if step < Baker::STEPS => baker.bake(&self.gl, step),
            step => gpu.warm_up(step - Baker::STEPS),
        }
        self.done += 1;
        true
    }

    fn set_fence(&mut self) {
        self.fence = self.gl.fence_sync(Gl::SYNC_GPU_COMMANDS_COMPLETE, 0);
        self.gl.flush();
    }

    /// Whether all work so far is done.
    fn has_passed_fence(&mut self) -> bool {
        let Some(fence) = &self.fence else { return true };
        let status = self.gl.get_sync_parameter(fence, Gl::SYNC_STATUS).as_f64();
        // Not a number after the context was lost.
        if status == Some(f64::from(Gl::UNSIGNALED)) {
            return false;
        }
        self.gl.delete_sync(Some(fence));
        self.fence = None;
        true
    }
}
