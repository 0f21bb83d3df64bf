//! Shader programs. Handing a program to the driver does not wait, but querying the result does, so that comes later
//! (`preparation.rs`).

use web_sys::{WebGl2RenderingContext as Gl, WebGlProgram, WebGlShader, WebGlUniformLocation};

use super::super::error::RenderError;
use super::super::shader_text::shader_text;

/// Binding point of the uniform block that all programs share.
pub const FRAME_BINDING: u32 = 0;
/// Query of `KHR_parallel_shader_compile`: whether compilation has finished.
const COMPLETION_STATUS_KHR: u32 = 0x91B1;

const COMMON: &str = shader_text!("common");

/// A shader file: name and text.
#[derive(Clone, Copy)]
pub struct Source {
    name: &'static str,
    text: &'static str,
}

macro_rules! source {
    ($name:literal) => {
        Source { name: $name, text: shader_text!($name) }
    };
}

/// Names of the programs in the order of compilation: those that bake textures come first.
pub const SOURCES: [Source; 16] = [
    source!("bake_rock"),
    source!("bake_nebula"),
    source!("backdrop"),
    source!("stars"),
    source!("fence"),
    source!("ring"),
    source!("station"),
    source!("gate"),
    source!("wall"),
    source!("ore"),
    source!("rock"),
    source!("particle"),
    source!("ship"),
    source!("shot"),
    source!("overlay"),
    source!("blur"),
];

/// All programs, one for each of [`SOURCES`].
pub struct Programs {
    /// Bakes a variant of an asteroid.
    pub bake_rock: Program,
    /// Bakes the nebula.
    pub bake_nebula: Program,
    /// Background, nebula and glow.
    pub backdrop: Program,
    /// Stars.
    pub stars: Program,
    /// The sector's edge.
    pub fence: Program,
    /// Dashed circles.
    pub ring: Program,
    /// The station.
    pub station: Program,
    /// Gates.
    pub gate: Program,
    /// Walls.
    pub wall: Program,
    /// Ore.
    pub ore: Program,
    /// Asteroids.
    pub rock: Program,
    /// Particles.
    pub particle: Program,
    /// Ships.
    pub ship: Program,
    /// Shots.
    pub shot: Program,
    /// Marks over the world.
    pub overlay: Program,
    /// One step of spreading the glow.
    pub blur: Program,
}

impl Programs {
    /// Takes the programs of [`SOURCES`], in that order.
    pub fn new(all: Vec<Program>) -> Result<Programs, RenderError> {
        let all: [Program; SOURCES.len()] =
            all.try_into().map_err(|_| RenderError::Resource("all shader programs"))?;
        let [
            bake_rock,
            bake_nebula,
            backdrop,
            stars,
            fence,
            ring,
            station,
            gate,
            wall,
            ore,
            rock,
            particle,
            ship,
            shot,
            overlay,
            blur,
        ] = all;
        Ok(Programs {
            bake_rock,
            bake_nebula,
            backdrop,
            stars,
            fence,
            ring,
            station,
            gate,
            wall,
            ore,
            rock,
            particle,
            ship,
            shot,
            overlay,
            blur,
        })
    }
}

/// A program that the driver is compiling.
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

    /// Whether the driver is done, as reported by `KHR_parallel_shader_compile` without waiting.
    pub fn is_done(&self, gl: &Gl) -> bool {
        // A lost context does not answer; then nothing has to be waited for.
        gl.get_program_parameter(&self.program, COMPLETION_STATUS_KHR).as_bool() != Some(false)
    }

    /// Finishes the program. Waits for the driver if necessary.
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
    /// Uses it for the draw calls that follow.
    pub fn use_on(&self, gl: &Gl) {
        gl.use_program(Some(&self.program));
    }

    /// Binds a sampler to a texture unit permanently. A sampler that the compiler removed is ignored.
    pub fn set_sampler(&self, gl: &Gl, name: &str, unit: u32) {
        self.use_on(gl);
        if let Some(location) = self.uniform(gl, name) {
            gl.uniform1i(Some(&location), unit as i32);
        }
    }

    /// Location of a uniform; queried at the start only.
    pub fn uniform(&self, gl: &Gl, name: &str) -> Option<WebGlUniformLocation> {
        gl.get_uniform_location(&self.program, name)
    }
}
