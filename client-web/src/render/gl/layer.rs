//! A layer: one program, and one buffer of instances for it.

use web_sys::{WebGl2RenderingContext as Gl, WebGlBuffer, WebGlVertexArrayObject};

use super::super::error::RenderError;
use super::super::instances::Instances;
use super::program::Program;

/// Bytes that a buffer has at first.
const BYTES_MIN: usize = 4096;

/// Instances on the GPU, and how to draw them.
pub struct Layer {
    program: Program,
    vertices: i32,
    array: WebGlVertexArrayObject,
    buffer: WebGlBuffer,
    capacity: usize,
    count: i32,
}

impl Layer {
    /// A layer whose instances are `N` floats in vectors of four, each drawn as a strip of `vertices`.
    pub fn new<const N: usize>(gl: &Gl, program: Program, vertices: i32) -> Result<Self, RenderError> {
        const { assert!(N.is_multiple_of(4), "instances are vectors of four floats") };
        let array = gl.create_vertex_array().ok_or(RenderError::Resource("a vertex array"))?;
        let buffer = gl.create_buffer().ok_or(RenderError::Resource("a buffer"))?;
        gl.bind_vertex_array(Some(&array));
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&buffer));
        gl.buffer_data_with_i32(Gl::ARRAY_BUFFER, BYTES_MIN as i32, Gl::DYNAMIC_DRAW);
        let vector = 4 * size_of::<f32>();
        for index in 0..N / 4 {
            let location = index as u32;
            gl.enable_vertex_attrib_array(location);
            let stride = (N * size_of::<f32>()) as i32;
            let offset = (index * vector) as i32;
            gl.vertex_attrib_pointer_with_i32(location, 4, Gl::FLOAT, false, stride, offset);
            gl.vertex_attrib_divisor(location, 1);
        }
        gl.bind_vertex_array(None);
        Ok(Layer { program, vertices, array, buffer, capacity: BYTES_MIN, count: 0 })
    }

    /// Sends this frame's instances.
    pub fn upload<const N: usize>(&mut self, gl: &Gl, instances: &Instances<N>) {
        self.count = instances.count() as i32;
        let bytes = instances.bytes();
        if bytes.is_empty() {
            return;
        }
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&self.buffer));
        if bytes.len() > self.capacity {
            self.capacity = bytes.len().next_power_of_two();
            gl.buffer_data_with_i32(Gl::ARRAY_BUFFER, self.capacity as i32, Gl::DYNAMIC_DRAW);
        }
        gl.buffer_sub_data_with_i32_and_u8_array(Gl::ARRAY_BUFFER, 0, bytes);
    }

    /// Draws them.
    pub fn draw(&self, gl: &Gl) {
        if self.count > 0 {
            self.program.use_on(gl);
            gl.bind_vertex_array(Some(&self.array));
            gl.draw_arrays_instanced(Gl::TRIANGLE_STRIP, 0, self.vertices, self.count);
        }
    }
}
