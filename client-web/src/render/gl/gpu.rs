//! All GPU resources of one WebGL context, and the drawing of a frame with them.
//!
//! ```text
//! light:    fence, station, gates, ore, asteroids, particles, ships, shots, walls --small--> spread
//! picture:  backdrop, stars, circles, station, gates, asteroids, ore, fence, particles, ships, shots, walls, marks
//! ```

use web_sys::{WebGl2RenderingContext as Gl, WebGlBuffer};

use driftfield_shared::content::Hull;

use super::super::compose::{DrawList, FrameInfo, stars};
use super::super::error::RenderError;
use super::super::labels::Labels;
use super::layer::{Layer, Shape, quad_indices};
use super::light::Light;
use super::program::{FRAME_BINDING, Program, Programs};
use super::text::Text;
use super::textures::{self, Baker, Textures};

/// A circle in 128 pieces.
const CIRCLE: Shape = Shape::Strip(2 * (128 + 1));
/// Bytes of the uniform block that all shaders share: four vectors of four floats.
const FRAME_BYTES: i32 = 4 * 4 * 4;

/// The layers to draw.
pub struct Gpu {
    gl: Gl,
    textures: Textures,
    light: Light,
    text: Text,
    /// The shared uniform block for the picture and for the glow.
    frames: [WebGlBuffer; 2],
    backdrop: Program,
    stars: Layer,
    fence: Layer,
    rings: Layer,
    station: Layer,
    gates: Layer,
    walls: Layer,
    ores: Layer,
    rocks: Layer,
    particles: Layer,
    ships: Layer,
    shots: Layer,
    overlay: Layer,
}

impl Gpu {
    /// Creates all resources in a context, and the baker that fills the textures.
    pub fn new(gl: &Gl, programs: Programs) -> Result<(Gpu, Baker), RenderError> {
        gl.disable(Gl::DEPTH_TEST);
        gl.disable(Gl::CULL_FACE);
        gl.clear_color(0.0, 0.0, 0.0, 0.0);
        let frames = [frame_buffer(gl)?, frame_buffer(gl)?];
        // Bakers do not read the block, but every block that a program declares must be bound.
        gl.bind_buffer_base(Gl::UNIFORM_BUFFER, FRAME_BINDING, Some(&frames[0]));
        let textures = Textures::new(gl)?;
        let baker = Baker::new(gl, programs.bake_rock, programs.bake_nebula)?;
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        let indices = quad_indices(gl)?;
        for program in [
            &programs.backdrop,
            &programs.stars,
            &programs.fence,
            &programs.ring,
            &programs.station,
            &programs.gate,
            &programs.wall,
            &programs.ore,
            &programs.rock,
            &programs.particle,
            &programs.ship,
            &programs.shot,
            &programs.overlay,
        ] {
            tie_textures(gl, program);
        }
        let gpu = Gpu {
            textures,
            light: Light::new(gl, programs.blur),
            text: Text::new()?,
            frames,
            backdrop: programs.backdrop,
            stars: Layer::new::<8>(gl, programs.stars, Shape::Quad, &indices)?,
            fence: Layer::new::<4>(gl, programs.fence, Shape::Quad, &indices)?,
            rings: Layer::new::<12>(gl, programs.ring, CIRCLE, &indices)?,
            station: Layer::new::<4>(gl, programs.station, Shape::Quad, &indices)?,
            gates: Layer::new::<8>(gl, programs.gate, Shape::Quad, &indices)?,
            walls: Layer::new::<8>(gl, programs.wall, Shape::Quad, &indices)?,
            ores: Layer::new::<8>(gl, programs.ore, Shape::Quad, &indices)?,
            rocks: Layer::new::<12>(gl, programs.rock, Shape::Quad, &indices)?,
            particles: Layer::new::<16>(gl, programs.particle, Shape::Quad, &indices)?,
            ships: Layer::new::<16>(gl, programs.ship, Shape::Quad, &indices)?,
            shots: Layer::new::<12>(gl, programs.shot, Shape::Quad, &indices)?,
            overlay: Layer::new::<16>(gl, programs.overlay, Shape::Quad, &indices)?,
            gl: gl.clone(),
        };
        Ok((gpu, baker))
    }

    /// Steps of [`Gpu::warm_up`].
    pub const WARM_UP_STEPS: usize = 13;

    /// Draws with one of the programs for the first time. All steps together draw with each program.
    pub fn warm_up(&mut self, step: usize) {
        debug_assert!(step < Gpu::WARM_UP_STEPS, "a step beyond the number of programs");
        let gl = &self.gl;
        gl.viewport(0, 0, 1, 1);
        let layer = match step {
            0 => {
                self.backdrop.use_on(gl);
                gl.bind_vertex_array(None);
                gl.draw_arrays(Gl::TRIANGLES, 0, 3);
                return;
            }
            1 => &mut self.fence,
            2 => &mut self.rings,
            3 => &mut self.station,
            4 => &mut self.ores,
            5 => &mut self.rocks,
            6 => &mut self.particles,
            7 => &mut self.ships,
            8 => &mut self.shots,
            9 => &mut self.overlay,
            10 => &mut self.gates,
            11 => &mut self.walls,
            _ => {
                self.stars.upload(gl, &stars());
                return self.stars.draw(gl);
            }
        };
        layer.warm_up(gl);
    }

    /// Sets the hulls of a content.
    pub fn set_hulls(&mut self, hulls: &[Hull]) -> Result<(), RenderError> {
        self.textures.set_hulls(&self.gl, hulls)
    }

    /// Makes the targets for a picture of `size` pixels.
    pub fn resize(
        &mut self,
        size: [i32; 2],
        light_divisor: Option<u32>,
    ) -> Result<(), RenderError> {
        self.light.resize(&self.gl, size, light_divisor, &self.textures.dark)
    }

    /// Renders the requested labels.
    pub fn write_labels(&self, labels: &mut Labels) {
        self.text.write_wanted(&self.gl, &self.textures.labels, labels);
    }

    /// Draws a frame onto a canvas of `size` pixels.
    pub fn draw(&mut self, info: &FrameInfo, list: &DrawList, size: [i32; 2]) {
        let gl = &self.gl;
        self.fence.upload(gl, &list.fence);
        self.rings.upload(gl, &list.rings);
        self.station.upload(gl, &list.station);
        self.gates.upload(gl, &list.gates);
        self.walls.upload(gl, &list.walls);
        self.ores.upload(gl, &list.ores);
        self.rocks.upload(gl, &list.rocks);
        self.particles.upload(gl, &list.particles);
        self.ships.upload(gl, &list.ships);
        self.shots.upload(gl, &list.shots);
        self.overlay.upload(gl, &list.overlay);
        if let Some(light_size) = self.light.size().filter(|_| info.bloom > 0.0) {
            self.share_frame(&self.frames[1], info, light_size, true);
            self.light.begin(gl);
            for layer in [
                &self.fence,
                &self.station,
                &self.gates,
                &self.ores,
                &self.rocks,
                &self.particles,
                &self.ships,
                &self.shots,
                &self.walls,
            ] {
                layer.draw(gl);
            }
            self.light.spread(gl);
            gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        }
        self.share_frame(&self.frames[0], info, size, false);
        gl.viewport(0, 0, size[0], size[1]);
        // It covers everything, so blending and clearing are not needed.
        gl.disable(Gl::BLEND);
        self.backdrop.use_on(gl);
        gl.bind_vertex_array(None);
        gl.draw_arrays(Gl::TRIANGLES, 0, 3);
        gl.enable(Gl::BLEND);
        for layer in [
            &self.stars,
            &self.rings,
            &self.station,
            &self.gates,
            &self.rocks,
            &self.ores,
            &self.fence,
            &self.particles,
            &self.ships,
            &self.shots,
            &self.walls,
            &self.overlay,
        ] {
            layer.draw(gl);
        }
    }

    /// Writes the frame's uniforms for a target of `size` pixels. The layout is that of `Frame` in `common.glsl`.
    fn share_frame(&self, buffer: &WebGlBuffer, info: &FrameInfo, size: [i32; 2], is_light: bool) {
        let view = &info.view;
        let flag = |value: bool| f32::from(u8::from(value));
        let [width, height] = size.map(|side| side as f32);
        let units_per_pixel = 2.0 * view.half.x / width;
        let values = [
            view.center.x,
            view.center.y,
            1.0 / view.half.x,
            -1.0 / view.half.y,
            width,
            height,
            units_per_pixel,
            flag(is_light),
            info.seconds,
            info.bloom,
            info.half_side,
            flag(info.reduced_motion),
            2.0 / info.css.x,
            -2.0 / info.css.y,
            info.css.x / width,
            info.star_tile,
        ];
        let mut bytes = [0; FRAME_BYTES as usize];
        for (to, value) in bytes.chunks_exact_mut(4).zip(values) {
            to.copy_from_slice(&value.to_le_bytes());
        }
        let gl = &self.gl;
        gl.bind_buffer_base(Gl::UNIFORM_BUFFER, FRAME_BINDING, Some(buffer));
        gl.buffer_sub_data_with_i32_and_u8_array(Gl::UNIFORM_BUFFER, 0, &bytes);
    }
}

fn frame_buffer(gl: &Gl) -> Result<WebGlBuffer, RenderError> {
    let buffer = gl.create_buffer().ok_or(RenderError::Resource("a buffer"))?;
    gl.bind_buffer(Gl::UNIFORM_BUFFER, Some(&buffer));
    gl.buffer_data_with_i32(Gl::UNIFORM_BUFFER, FRAME_BYTES, Gl::DYNAMIC_DRAW);
    Ok(buffer)
}

/// Tells a program the unit of each of its textures.
fn tie_textures(gl: &Gl, program: &Program) {
    for (name, unit) in [
        ("light", textures::UNIT_LIGHT),
        ("nebula", textures::UNIT_NEBULA),
        ("hulls", textures::UNIT_HULLS),
        ("rock_body", textures::UNIT_ROCK_BODY),
        ("rock_detail", textures::UNIT_ROCK_DETAIL),
        ("labels", textures::UNIT_LABELS),
    ] {
        program.set_sampler(gl, name, unit);
    }
}
