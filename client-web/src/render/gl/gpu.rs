//! Everything that lives in one WebGL context, and a frame drawn with it.
//!
//! ```text
//! light:    fence, station, ore, asteroids, particles, ships, shots --small--> spread
//! picture:  backdrop, stars, circles, station, asteroids, ore, fence, particles, ships, shots, marks
//! ```

use web_sys::{WebGl2RenderingContext as Gl, WebGlBuffer};

use driftfield_shared::content::Hull;

use super::super::compose::{DrawList, FrameInfo, stars};
use super::super::error::RenderError;
use super::super::labels::Labels;
use super::layer::{Layer, Shape, quad_indices};
use super::light::Light;
use super::program::{self, FRAME_BINDING, Pending, Program};
use super::text::Text;
use super::textures::{self, Textures};

/// A circle in 128 pieces.
const CIRCLE: Shape = Shape::Strip(2 * (128 + 1));
/// Bytes of the block that all shaders share: four vectors of four floats.
const FRAME_BYTES: i32 = 4 * 4 * 4;

/// What is drawn, layer by layer.
pub struct Gpu {
    gl: Gl,
    textures: Textures,
    light: Light,
    text: Text,
    /// The shared block for the picture and for the light.
    frames: [WebGlBuffer; 2],
    backdrop: Program,
    stars: Layer,
    fence: Layer,
    rings: Layer,
    station: Layer,
    ores: Layer,
    rocks: Layer,
    particles: Layer,
    ships: Layer,
    shots: Layer,
    overlay: Layer,
}

impl Gpu {
    /// Makes everything in a context.
    pub fn new(gl: &Gl, hulls: &[Hull]) -> Result<Gpu, RenderError> {
        use program::*;
        // The driver may work on all of them while the textures are made.
        let pending = |source| Pending::new(gl, source);
        let (backdrop, stars_, fence) = (pending(BACKDROP)?, pending(STARS)?, pending(FENCE)?);
        let (ring, station, ore) = (pending(RING)?, pending(STATION)?, pending(ORE)?);
        let (rock, particle, ship) = (pending(ROCK)?, pending(PARTICLE)?, pending(SHIP)?);
        let (shot, overlay) = (pending(SHOT)?, pending(OVERLAY)?);
        gl.disable(Gl::DEPTH_TEST);
        gl.disable(Gl::CULL_FACE);
        gl.clear_color(0.0, 0.0, 0.0, 0.0);
        let frames = [frame_buffer(gl)?, frame_buffer(gl)?];
        // Bakers do not read it, but a block that a program has must be bound.
        gl.bind_buffer_base(Gl::UNIFORM_BUFFER, FRAME_BINDING, Some(&frames[0]));
        let textures = Textures::new(gl, hulls)?;
        let light = Light::new(gl)?;
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        let indices = quad_indices(gl)?;
        let finish = |pending: Pending| finish(gl, pending);
        let mut gpu = Gpu {
            textures,
            light,
            text: Text::new()?,
            frames,
            backdrop: finish(backdrop)?,
            stars: Layer::new::<8>(gl, finish(stars_)?, Shape::Quad, &indices)?,
            fence: Layer::new::<4>(gl, finish(fence)?, Shape::Quad, &indices)?,
            rings: Layer::new::<12>(gl, finish(ring)?, CIRCLE, &indices)?,
            station: Layer::new::<4>(gl, finish(station)?, Shape::Quad, &indices)?,
            ores: Layer::new::<8>(gl, finish(ore)?, Shape::Quad, &indices)?,
            rocks: Layer::new::<12>(gl, finish(rock)?, Shape::Quad, &indices)?,
            particles: Layer::new::<16>(gl, finish(particle)?, Shape::Quad, &indices)?,
            ships: Layer::new::<16>(gl, finish(ship)?, Shape::Quad, &indices)?,
            shots: Layer::new::<12>(gl, finish(shot)?, Shape::Quad, &indices)?,
            overlay: Layer::new::<16>(gl, finish(overlay)?, Shape::Quad, &indices)?,
            gl: gl.clone(),
        };
        gpu.stars.upload(gl, &stars());
        Ok(gpu)
    }

    /// Makes the targets for a picture of `size` pixels.
    pub fn resize(
        &mut self,
        size: [i32; 2],
        light_divisor: Option<u32>,
    ) -> Result<(), RenderError> {
        self.light.resize(&self.gl, size, light_divisor, &self.textures.dark)
    }

    /// Sets labels that are wanted.
    pub fn write_labels(&self, labels: &mut Labels) {
        self.text.write_wanted(&self.gl, &self.textures.labels, labels);
    }

    /// Draws a frame onto a canvas of `size` pixels.
    pub fn draw(&mut self, info: &FrameInfo, list: &DrawList, size: [i32; 2]) {
        let gl = &self.gl;
        self.fence.upload(gl, &list.fence);
        self.rings.upload(gl, &list.rings);
        self.station.upload(gl, &list.station);
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
                &self.ores,
                &self.rocks,
                &self.particles,
                &self.ships,
                &self.shots,
            ] {
                layer.draw(gl);
            }
            self.light.spread(gl);
            gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        }
        self.share_frame(&self.frames[0], info, size, false);
        gl.viewport(0, 0, size[0], size[1]);
        // It covers everything: nothing to blend with, nothing to clear.
        gl.disable(Gl::BLEND);
        self.backdrop.use_on(gl);
        gl.bind_vertex_array(None);
        gl.draw_arrays(Gl::TRIANGLES, 0, 3);
        gl.enable(Gl::BLEND);
        for layer in [
            &self.stars,
            &self.rings,
            &self.station,
            &self.rocks,
            &self.ores,
            &self.fence,
            &self.particles,
            &self.ships,
            &self.shots,
            &self.overlay,
        ] {
            layer.draw(gl);
        }
    }

    /// Tells all shaders about the frame, as seen by a target of `size` pixels. The layout is that of
    /// `Frame` in `common.glsl`.
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

/// A finished program that knows its textures.
fn finish(gl: &Gl, pending: Pending) -> Result<Program, RenderError> {
    let program = pending.finish(gl)?;
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
    Ok(program)
}
