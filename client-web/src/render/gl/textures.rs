//! Textures made at start: hulls from their outlines, asteroids and the nebula by shaders.

use web_sys::{WebGl2RenderingContext as Gl, WebGlFramebuffer, WebGlTexture};

use driftfield_shared::content::Hull;

use super::super::compose::ROCK_VARIANTS;
use super::super::error::RenderError;
use super::super::labels::TEXTURE_SIDE as LABELS_SIDE;
use super::super::outline;
use super::program::{BAKE_NEBULA, BAKE_ROCK, Pending};

/// Units that textures are bound to for good.
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
/// The unit for what is bound for one use.
pub const UNIT_SCRATCH: u32 = 6;

const ROCK_SIDE: i32 = 256;
const NEBULA_SIDE: i32 = 512;

const NO_TEXTURE: RenderError = RenderError::Resource("memory for textures");

/// The textures of one context.
pub struct Textures {
    /// Where labels are written to.
    pub labels: WebGlTexture,
    /// A texel without light, for when there is none.
    pub dark: WebGlTexture,
}

impl Textures {
    /// Makes all of them and binds them to their units. Changes viewport, framebuffer and program.
    pub fn new(gl: &Gl, hulls: &[Hull]) -> Result<Textures, RenderError> {
        bake_hulls(gl, hulls)?;
        let framebuffer = gl.create_framebuffer().ok_or(RenderError::Resource("a framebuffer"))?;
        gl.bind_framebuffer(Gl::FRAMEBUFFER, Some(&framebuffer));
        gl.disable(Gl::BLEND);
        bake_rocks(gl)?;
        bake_nebula(gl, &framebuffer)?;
        gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        gl.delete_framebuffer(Some(&framebuffer));
        gl.enable(Gl::BLEND);
        let dark = create(gl, Gl::TEXTURE_2D, UNIT_LIGHT, Gl::LINEAR, Gl::CLAMP_TO_EDGE)?;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, 1, 1);
        let labels = create(gl, Gl::TEXTURE_2D, UNIT_LABELS, Gl::LINEAR, Gl::CLAMP_TO_EDGE)?;
        let side = LABELS_SIDE as i32;
        gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, side, side);
        Ok(Textures { labels, dark })
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

fn bake_hulls(gl: &Gl, hulls: &[Hull]) -> Result<(), RenderError> {
    let target = Gl::TEXTURE_2D_ARRAY;
    create(gl, target, UNIT_HULLS, Gl::LINEAR_MIPMAP_NEAREST, Gl::CLAMP_TO_EDGE)?;
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
    Ok(())
}

fn bake_rocks(gl: &Gl) -> Result<(), RenderError> {
    let target = Gl::TEXTURE_2D_ARRAY;
    let levels = ROCK_SIDE.ilog2() as i32 + 1;
    let make = |unit| {
        let texture = create(gl, target, unit, Gl::LINEAR_MIPMAP_NEAREST, Gl::CLAMP_TO_EDGE)?;
        let layers = i32::from(ROCK_VARIANTS);
        gl.tex_storage_3d(target, levels, Gl::RGBA8, ROCK_SIDE, ROCK_SIDE, layers);
        Ok(texture)
    };
    let textures = [make(UNIT_ROCK_BODY)?, make(UNIT_ROCK_DETAIL)?];
    let program = Pending::new(gl, BAKE_ROCK)?.finish(gl)?;
    program.use_on(gl);
    let variant = program.uniform(gl, "variant");
    gl.viewport(0, 0, ROCK_SIDE, ROCK_SIDE);
    let attachments = [Gl::COLOR_ATTACHMENT0, Gl::COLOR_ATTACHMENT1];
    let buffers = attachments.iter().map(|&attachment| f64::from(attachment)).collect();
    gl.draw_buffers(&buffers_of(buffers));
    for layer in 0..i32::from(ROCK_VARIANTS) {
        for (attachment, texture) in attachments.into_iter().zip(&textures) {
            gl.framebuffer_texture_layer(Gl::FRAMEBUFFER, attachment, Some(texture), 0, layer);
        }
        gl.uniform1f(variant.as_ref(), layer as f32);
        gl.draw_arrays(Gl::TRIANGLE_STRIP, 0, 4);
    }
    for attachment in attachments {
        gl.framebuffer_texture_layer(Gl::FRAMEBUFFER, attachment, None, 0, 0);
    }
    gl.draw_buffers(&buffers_of(vec![f64::from(Gl::COLOR_ATTACHMENT0)]));
    for unit in [UNIT_ROCK_BODY, UNIT_ROCK_DETAIL] {
        gl.active_texture(Gl::TEXTURE0 + unit);
        gl.generate_mipmap(target);
    }
    Ok(())
}

fn buffers_of(attachments: Vec<f64>) -> js_sys::Array {
    attachments.into_iter().map(wasm_bindgen::JsValue::from_f64).collect()
}

fn bake_nebula(gl: &Gl, framebuffer: &WebGlFramebuffer) -> Result<(), RenderError> {
    let texture = create(gl, Gl::TEXTURE_2D, UNIT_NEBULA, Gl::LINEAR, Gl::REPEAT)?;
    gl.tex_storage_2d(Gl::TEXTURE_2D, 1, Gl::RGBA8, NEBULA_SIDE, NEBULA_SIDE);
    attach(gl, framebuffer, &texture);
    let program = Pending::new(gl, BAKE_NEBULA)?.finish(gl)?;
    program.use_on(gl);
    gl.viewport(0, 0, NEBULA_SIDE, NEBULA_SIDE);
    gl.draw_arrays(Gl::TRIANGLE_STRIP, 0, 4);
    Ok(())
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
