//! The glow: glowing layers are drawn small, halved in size three times, and added up on the way back.

use web_sys::{WebGl2RenderingContext as Gl, WebGlFramebuffer, WebGlTexture, WebGlUniformLocation};

use super::super::error::RenderError;
use super::program::Program;
use super::textures::{UNIT_LIGHT, UNIT_SCRATCH, attach, create};

/// Number of sizes over which light is spread.
const LEVELS: usize = 4;

/// Spreads light, with render targets for one picture size.
pub struct Light {
    program: Program,
    step: Option<WebGlUniformLocation>,
    levels: Vec<Level>,
}

struct Level {
    size: [i32; 2],
    texture: WebGlTexture,
    framebuffer: WebGlFramebuffer,
}

impl Light {
    /// Uses a program for spreading; it has no targets yet.
    pub fn new(gl: &Gl, program: Program) -> Light {
        program.set_sampler(gl, "source", UNIT_SCRATCH);
        let step = program.uniform(gl, "blur_step");
        Light { program, step, levels: Vec::new() }
    }

    /// Makes targets for a picture of `size` pixels, `divisor` times smaller. Without a divisor there is no glow.
    pub fn resize(
        &mut self,
        gl: &Gl,
        size: [i32; 2],
        divisor: Option<u32>,
        dark: &WebGlTexture,
    ) -> Result<(), RenderError> {
        for level in self.levels.drain(..) {
            gl.delete_framebuffer(Some(&level.framebuffer));
            gl.delete_texture(Some(&level.texture));
        }
        if let Some(divisor) = divisor {
            for level in 0..LEVELS {
                let smaller = divisor << level;
                let size = size.map(|side| (side / smaller as i32).max(1));
                self.levels.push(Level::new(gl, size)?);
            }
        }
        gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        gl.active_texture(Gl::TEXTURE0 + UNIT_LIGHT);
        // Other programs read the second level, and never draw into it while they do.
        let texture = self.levels.get(1).map_or(dark, |level| &level.texture);
        gl.bind_texture(Gl::TEXTURE_2D, Some(texture));
        Ok(())
    }

    /// Size of the target that light is drawn into; `None` without glow.
    pub fn size(&self) -> Option<[i32; 2]> {
        self.levels.first().map(|level| level.size)
    }

    /// Redirects drawing to the light target.
    pub fn begin(&self, gl: &Gl) {
        if let Some(level) = self.levels.first() {
            level.draw_into(gl);
            gl.clear(Gl::COLOR_BUFFER_BIT);
        }
    }

    /// Spreads what was drawn since [`Light::begin`].
    pub fn spread(&self, gl: &Gl) {
        self.program.use_on(gl);
        gl.bind_vertex_array(None);
        gl.active_texture(Gl::TEXTURE0 + UNIT_SCRATCH);
        gl.disable(Gl::BLEND);
        for pair in self.levels.windows(2) {
            self.copy(gl, &pair[0], &pair[1], 0.0);
        }
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE);
        for pair in self.levels.windows(2).skip(1).rev() {
            self.copy(gl, &pair[1], &pair[0], 1.0);
        }
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
    }

    fn copy(&self, gl: &Gl, from: &Level, to: &Level, up: f32) {
        to.draw_into(gl);
        gl.bind_texture(Gl::TEXTURE_2D, Some(&from.texture));
        let [width, height] = from.size.map(|side| 1.0 / side as f32);
        gl.uniform3f(self.step.as_ref(), width, height, up);
        gl.draw_arrays(Gl::TRIANGLES, 0, 3);
    }
}

impl Level {
    fn new(gl: &Gl, size: [i32; 2]) -> Result<Level, RenderError> {
        let framebuffer = gl.create_framebuffer().ok_or(RenderError::Resource("a framebuffer"))?;
        let texture = create(gl, Gl::TEXTURE_2D, UNIT_SCRATCH, Gl::LINEAR, Gl::CLAMP_TO_EDGE)?;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, size[0], size[1]);
        attach(gl, &framebuffer, &texture);
        Ok(Level { size, texture, framebuffer })
    }

    fn draw_into(&self, gl: &Gl) {
        gl.bind_framebuffer(Gl::FRAMEBUFFER, Some(&self.framebuffer));
        gl.viewport(0, 0, self.size[0], self.size[1]);
    }
}
