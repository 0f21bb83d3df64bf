//! Shader programs: all are compiled and linked first and looked at afterwards, so that drivers can work on them at the same
//! time.

use web_sys::{WebGl2RenderingContext as Gl, WebGlProgram, WebGlShader, WebGlUniformLocation};

use super::super::error::RenderError;

/// Binding point of the uniform block that all programs share.
pub const FRAME_BINDING: u32 = 0;

const COMMON: &str = include_str!("../../../../assets/shaders/common.glsl");

/// A shader file: name and text.
#[derive(Clone, Copy)]
pub struct Source {
    name: &'static str,
    text: &'static str,
}

macro_rules! source {
    ($name:literal) => {
        Source {
            name: $name,
            text: include_str!(concat!("../../../../assets/shaders/", $name, ".glsl")),
        }
    };
}

/// The void, the nebula, and spilling light.
pub const BACKDROP: Source = source!("backdrop");
/// Stars.
pub const STARS: Source = source!("stars");
/// The sector's edge.
pub const FENCE: Source = source!("fence");
/// Dashed circles.
pub const RING: Source = source!("ring");
/// The station.
pub const STATION: Source = source!("station");
/// Asteroids.
pub const ROCK: Source = source!("rock");
/// Ore.
pub const ORE: Source = source!("ore");
/// Particles.
pub const PARTICLE: Source = source!("particle");
/// Ships.
pub const SHIP: Source = source!("ship");
/// Shots.
pub const SHOT: Source = source!("shot");
/// Marks over the world.
pub const OVERLAY: Source = source!("overlay");
/// A step of spreading light.
pub const BLUR: Source = source!("blur");
/// Bakes a variant of asteroid.
pub const BAKE_ROCK: Source = source!("bake_rock");
/// Bakes the nebula.
pub const BAKE_NEBULA: Source = source!("bake_nebula");

/// A program that was handed to the driver.
pub struct Pending {
    name: &'static str,
    program: WebGlProgram,
    shaders: [WebGlShader; 2],
}

impl Pending {
    /// Hands a shader file to the driver.
    pub fn new(gl: &Gl, source: Source) -> Result<Pending, RenderError> {
        let program =
            gl.create_program().ok_or(RenderError::Resource("a place for a shader program"))?;
        let stages = [(Gl::VERTEX_SHADER, "VERTEX"), (Gl::FRAGMENT_SHADER, "FRAGMENT")];
        let compile = |(kind, stage)| {
            let shader =
                gl.create_shader(kind).ok_or(RenderError::Resource("a place for a shader"))?;
            let text = format!("#version 300 es\n#define {stage}\n{COMMON}\n{}", source.text);
            gl.shader_source(&shader, &text);
            gl.compile_shader(&shader);
            gl.attach_shader(&program, &shader);
            Ok(shader)
        };
        let shaders = [compile(stages[0])?, compile(stages[1])?];
        gl.link_program(&program);
        Ok(Pending { name: source.name, program, shaders })
    }

    /// Waits for the driver.
    pub fn finish(self, gl: &Gl) -> Result<Program, RenderError> {
        let linked = gl.get_program_parameter(&self.program, Gl::LINK_STATUS).as_bool();
        if linked != Some(true) {
            let shader_logs =
                self.shaders.iter().filter_map(|shader| gl.get_shader_info_log(shader));
            let logs = shader_logs.chain(gl.get_program_info_log(&self.program));
            let log = logs.filter(|log| !log.is_empty()).collect::<Vec<_>>().join("; ");
            return Err(RenderError::Shader { name: self.name, log });
        }
        for shader in &self.shaders {
            gl.delete_shader(Some(shader));
        }
        let frame = gl.get_uniform_block_index(&self.program, "Frame");
        if frame != Gl::INVALID_INDEX {
            gl.uniform_block_binding(&self.program, frame, FRAME_BINDING);
        }
        Ok(Program { program: self.program })
    }
}

/// A program that can draw.
pub struct Program {
    program: WebGlProgram,
}

impl Program {
    /// Draws with it from now on.
    pub fn use_on(&self, gl: &Gl) {
        gl.use_program(Some(&self.program));
    }

    /// Ties a sampler to a texture unit for good; one that the compiler removed is passed over.
    pub fn set_sampler(&self, gl: &Gl, name: &str, unit: u32) {
        self.use_on(gl);
        if let Some(location) = self.uniform(gl, name) {
            gl.uniform1i(Some(&location), unit as i32);
        }
    }

    /// Where a uniform is; only asked for at start.
    pub fn uniform(&self, gl: &Gl, name: &str) -> Option<WebGlUniformLocation> {
        gl.get_uniform_location(&self.program, name)
    }
}
