//! Textures: hulls from their outlines, asteroids and the nebula from shaders. Shaders bake them in short steps.

use web_sys::{WebGl2RenderingContext as Gl, WebGlFramebuffer, WebGlTexture};

use driftfield_shared::content::Hull;

use super::super::compose::ROCK_VARIANTS;
use super::super::error::RenderError;
use super::super::labels::TEXTURE_SIDE as LABELS_SIDE;
use super::super::outline;
use super::program::Program;

/// Units to which textures are bound permanently.
pub const UNIT_LIGHT: u32 = 0;
/// See [`UNIT_LIGHT`].
pub const UNIT_NEBULA: u32 = 1;
/// See [`UNIT_LIGHT`].
pub const UNIT_HULLS: u32 = 2;
/// See [`UNIT_LIGHT`].
pub const UNIT_ROCK_BODY: u32 = 3;
/// See [`UNIT_LIGHT`].
pub const UNIT_ROCK_DETAIL: u32 = 4;
/// See [`UNIT_LIGHT`].
pub const UNIT_LABELS: u32 = 5;
/// The unit for temporary bindings.
pub const UNIT_SCRATCH: u32 = 6;

const ROCK_SIDE: i32 = 256;
const NEBULA_SIDE: i32 = 512;
/// Number of strips in which the nebula is baked.
const NEBULA_STRIPS: i32 = 8;
/// Size that the asteroids' shader draws.
const ROCK_ATTACHMENTS: [u32; 2] = [Gl::COLOR_ATTACHMENT0, Gl::COLOR_ATTACHMENT1];

const NO_TEXTURE: RenderError = RenderError::Resource("memory for textures");

/// The textures of one context.
pub struct Textures {
    /// The texture that labels are drawn into.
    pub labels: WebGlTexture,
    /// A texture of one dark texel, used without glow.
    pub dark: WebGlTexture,
    hulls: Option<WebGlTexture>,
}

impl Textures {
    /// Creates the textures that are not baked, and binds them to their units.
    pub fn new(gl: &Gl) -> Result<Textures, RenderError> {
        let dark = create(gl, Gl::TEXTURE_2D, UNIT_LIGHT, Gl::LINEAR, Gl::CLAMP_TO_EDGE)?;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, 1, 1);
        let labels = create(gl, Gl::TEXTURE_2D, UNIT_LABELS, Gl::LINEAR, Gl::CLAMP_TO_EDGE)?;
        let side = LABELS_SIDE as i32;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, side, side);
        Ok(Textures { labels, dark, hulls: None })
    }

    /// Replaces the hulls' texture.
    pub fn set_hulls(&mut self, gl: &Gl, hulls: &[Hull]) -> Result<(), RenderError> {
        if let Some(earlier) = self.hulls.take() {
            gl.delete_texture(Some(&earlier));
        }
        self.hulls = Some(bake_hulls(gl, hulls)?);
        Ok(())
    }
}

/// Bakes asteroids and the nebula, one step at a time.
pub struct Baker {
    rock: Program,
    nebula: Program,
    framebuffer: WebGlFramebuffer,
    rocks: [WebGlTexture; 2],
    clouds: WebGlTexture,
}

impl Baker {
    /// Number of baking steps: the variants of asteroids, their mipmaps, and the strips of the nebula.
    pub const STEPS: usize = ROCK_VARIANTS as usize + 1 + NEBULA_STRIPS as usize;

    /// Creates the empty textures, and binds them to their units.
    pub fn new(gl: &Gl, rock: Program, nebula: Program) -> Result<Baker, RenderError> {
        let make = |unit| {
            let target = Gl::TEXTURE_2D_ARRAY;
            let texture = create(gl, target, unit, Gl::LINEAR_MIPMAP_NEAREST, Gl::CLAMP_TO_EDGE)?;
            let (levels, layers) = (ROCK_SIDE.ilog2() as i32 + 1, i32::from(ROCK_VARIANTS));
            gl.tex_storage_3d(target, levels, Gl::RGBA8, ROCK_SIDE, ROCK_SIDE, layers);
            Ok(texture)
        };
        let rocks = [make(UNIT_ROCK_BODY)?, make(UNIT_ROCK_DETAIL)?];
        let clouds = create(gl, Gl::TEXTURE_2D, UNIT_NEBULA, Gl::LINEAR, Gl::REPEAT)?;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, NEBULA_SIDE, NEBULA_SIDE);
        let framebuffer = gl.create_framebuffer().ok_or(RenderError::Resource("a framebuffer"))?;
        Ok(Baker { rock, nebula, framebuffer, rocks, clouds })
    }

    /// Does one of the [`STEPS`](Baker::STEPS), in their order. Changes viewport, program and vertex array.
    pub fn bake(&self, gl: &Gl, step: usize) {
        debug_assert!(step < Baker::STEPS, "a step beyond the last one");
        gl.bind_framebuffer(Gl::FRAMEBUFFER, Some(&self.framebuffer));
        gl.bind_vertex_array(None);
        gl.disable(Gl::BLEND);
        let variants = usize::from(ROCK_VARIANTS);
        match step {
            step if step < variants => self.bake_rock(gl, step as i32),
            step if step == variants => self.finish_rocks(gl),
            step => self.bake_clouds(gl, (step - variants - 1) as i32),
        }
        gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        gl.enable(Gl::BLEND);
    }

    fn bake_rock(&self, gl: &Gl, variant: i32) {
        self.rock.use_on(gl);
        gl.viewport(0, 0, ROCK_SIDE, ROCK_SIDE);
        gl.draw_buffers(&buffers_of(&ROCK_ATTACHMENTS));
        for (attachment, texture) in ROCK_ATTACHMENTS.into_iter().zip(&self.rocks) {
            gl.framebuffer_texture_layer(Gl::FRAMEBUFFER, attachment, Some(texture), 0, variant);
        }
        gl.uniform1f(self.rock.uniform(gl, "variant").as_ref(), variant as f32);
        gl.draw_arrays(Gl::TRIANGLE_STRIP, 0, 4);
    }

    fn finish_rocks(&self, gl: &Gl) {
        for attachment in ROCK_ATTACHMENTS {
            gl.framebuffer_texture_layer(Gl::FRAMEBUFFER, attachment, None, 0, 0);
        }
        gl.draw_buffers(&buffers_of(&ROCK_ATTACHMENTS[..1]));
        for unit in [UNIT_ROCK_BODY, UNIT_ROCK_DETAIL] {
            gl.active_texture(Gl::TEXTURE0 + unit);
            gl.generate_mipmap(Gl::TEXTURE_2D_ARRAY);
        }
    }

    fn bake_clouds(&self, gl: &Gl, strip: i32) {
        attach(gl, &self.framebuffer, &self.clouds);
        self.nebula.use_on(gl);
        gl.viewport(0, 0, NEBULA_SIDE, NEBULA_SIDE);
        let height = NEBULA_SIDE / NEBULA_STRIPS;
        gl.enable(Gl::SCISSOR_TEST);
        gl.scissor(0, strip * height, NEBULA_SIDE, height);
        gl.draw_arrays(Gl::TRIANGLE_STRIP, 0, 4);
        gl.disable(Gl::SCISSOR_TEST);
        if strip == NEBULA_STRIPS - 1 {
            gl.delete_framebuffer(Some(&self.framebuffer));
        }
    }
}

/// A new texture, bound to `unit`.
pub fn create(
    gl: &Gl,
    target: u32,
    unit: u32,
    min_filter: u32,
    wrap: u32,
) -> Result<WebGlTexture, RenderError> {
    let texture = gl.create_texture().ok_or(NO_TEXTURE)?;
    gl.active_texture(Gl::TEXTURE0 + unit);
    gl.bind_texture(target, Some(&texture));
    gl.tex_parameteri(target, Gl::TEXTURE_MIN_FILTER, min_filter as i32);
    gl.tex_parameteri(target, Gl::TEXTURE_MAG_FILTER, Gl::LINEAR as i32);
    gl.tex_parameteri(target, Gl::TEXTURE_WRAP_S, wrap as i32);
    gl.tex_parameteri(target, Gl::TEXTURE_WRAP_T, wrap as i32);
    Ok(texture)
}

fn bake_hulls(gl: &Gl, hulls: &[Hull]) -> Result<WebGlTexture, RenderError> {
    let target = Gl::TEXTURE_2D_ARRAY;
    let texture = create(gl, target, UNIT_HULLS, Gl::LINEAR_MIPMAP_NEAREST, Gl::CLAMP_TO_EDGE)?;
    let side = outline::SIDE as i32;
    let levels = outline::SIDE.ilog2() as i32 + 1;
    let layers = hulls.len().max(1) as i32;
    gl.tex_storage_3d(target, levels, Gl::RGBA8, side, side, layers);
    for (layer, hull) in (0..).zip(hulls) {
        let texels = outline::bake(&hull.outline);
        gl.tex_sub_image_3d_with_opt_u8_array(
            target,
            0,
            0,
            0,
            layer,
            side,
            side,
            1,
            Gl::RGBA,
            Gl::UNSIGNED_BYTE,
            Some(&texels),
        )
        .map_err(|_| NO_TEXTURE)?;
    }
    gl.generate_mipmap(target);
    Ok(texture)
}

fn buffers_of(attachments: &[u32]) -> js_sys::Array {
    attachments.iter().map(|attachment| wasm_bindgen::JsValue::from(*attachment)).collect()
}

/// Makes a framebuffer draw into a texture.
pub fn attach(gl: &Gl, framebuffer: &WebGlFramebuffer, texture: &WebGlTexture) {
    gl.bind_framebuffer(Gl::FRAMEBUFFER, Some(framebuffer));
    gl.framebuffer_texture_2d(
        Gl::FRAMEBUFFER,
        Gl::COLOR_ATTACHMENT0,
        Gl::TEXTURE_2D,
        Some(texture),
        0,
    );
}
