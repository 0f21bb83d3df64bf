//! A layer: one program, and one buffer with its instances.
//!
//! Quads are not drawn as GPU instances. The data of each is stored four times, once per corner, and all quads of a
//! layer are one indexed list. Graphics hardware is slow with instances of four corners, and browsers that draw in
//! software treat every instance as a draw call (measured with SwiftShader and 900 particles: 58 ms per frame,
//! against 29 ms now).

use web_sys::{WebGl2RenderingContext as Gl, WebGlBuffer, WebGlVertexArrayObject};

use super::super::error::RenderError;
use super::super::instances::Instances;
use super::program::Program;

/// Initial buffer size in bytes.
const BYTES_MIN: usize = 16 * 1024;
/// Most quads of a layer: their corners are indexed with 16 bits.
const QUADS_MAX: usize = 1 << 14;

/// Shape of an instance.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Two triangles.
    Quad,
    /// A triangle strip with this many vertices, for layers with few instances.
    Strip(i32),
}

/// Instances on the GPU, and how to draw them.
pub struct Layer {
    program: Program,
    shape: Shape,
    array: WebGlVertexArrayObject,
    buffer: WebGlBuffer,
    capacity: usize,
    count: usize,
    /// Data of quads, once per corner; kept to reuse its memory.
    corners: Vec<u8>,
}

impl Layer {
    /// A layer whose instances are `N` floats, in vectors of four. `indices` comes from [`quad_indices`].
    pub fn new<const N: usize>(
        gl: &Gl,
        program: Program,
        shape: Shape,
        indices: &WebGlBuffer,
    ) -> Result<Self, RenderError> {
        const { assert!(N.is_multiple_of(4), "instances are vectors of four floats") };
        let array = gl.create_vertex_array().ok_or(RenderError::Resource("a vertex array"))?;
        let buffer = gl.create_buffer().ok_or(RenderError::Resource("a buffer"))?;
        gl.bind_vertex_array(Some(&array));
        gl.bind_buffer(Gl::ELEMENT_ARRAY_BUFFER, Some(indices));
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&buffer));
        gl.buffer_data_with_i32(Gl::ARRAY_BUFFER, BYTES_MIN as i32, Gl::DYNAMIC_DRAW);
        let vector = 4 * size_of::<f32>();
        for index in 0..N / 4 {
            let location = index as u32;
            gl.enable_vertex_attrib_array(location);
            let stride = (N * size_of::<f32>()) as i32;
            let offset = (index * vector) as i32;
            gl.vertex_attrib_pointer_with_i32(location, 4, Gl::FLOAT, false, stride, offset);
            if let Shape::Strip(_) = shape {
                gl.vertex_attrib_divisor(location, 1);
            }
        }
        gl.bind_vertex_array(None);
        Ok(Layer {
            program,
            shape,
            array,
            buffer,
            capacity: BYTES_MIN,
            count: 0,
            corners: Vec::new(),
        })
    }

    /// Draws one instance of zeros only, which covers no pixel. Drivers compile a program for the hardware when it
    /// first draws.
    pub fn warm_up(&mut self, gl: &Gl) {
        debug_assert_eq!(self.count, 0, "the buffer holds zeros only as long as nothing was sent");
        self.count = 1;
        self.draw(gl);
        self.count = 0;
    }

    /// Uploads this frame's instances.
    pub fn upload<const N: usize>(&mut self, gl: &Gl, instances: &Instances<N>) {
        self.count = instances.count().min(QUADS_MAX);
        if self.count == 0 {
            return;
        }
        let instance_bytes = N * size_of::<f32>();
        let bytes = match self.shape {
            Shape::Strip(_) => instances.bytes(),
            Shape::Quad => {
                self.corners.clear();
                for instance in instances.bytes().chunks_exact(instance_bytes).take(self.count) {
                    (0..4).for_each(|_| self.corners.extend_from_slice(instance));
                }
                &self.corners
            }
        };
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&self.buffer));
        if bytes.len() > self.capacity {
            self.capacity = bytes.len().next_power_of_two();
            gl.buffer_data_with_i32(Gl::ARRAY_BUFFER, self.capacity as i32, Gl::DYNAMIC_DRAW);
        }
        gl.buffer_sub_data_with_i32_and_u8_array(Gl::ARRAY_BUFFER, 0, bytes);
    }

    /// Draws the instances.
    pub fn draw(&self, gl: &Gl) {
        if self.count == 0 {
            return;
        }
        let count = self.count as i32;
        self.program.use_on(gl);
        gl.bind_vertex_array(Some(&self.array));
        match self.shape {
            Shape::Quad => {
                gl.draw_elements_with_i32(Gl::TRIANGLES, count * 6, Gl::UNSIGNED_SHORT, 0);
            }
            Shape::Strip(vertices) => {
                gl.draw_arrays_instanced(Gl::TRIANGLE_STRIP, 0, vertices, count);
            }
        }
    }
}

/// Corner indices of as many quads as a layer may have, two triangles each. All layers share them.
pub fn quad_indices(gl: &Gl) -> Result<WebGlBuffer, RenderError> {
    let buffer = gl.create_buffer().ok_or(RenderError::Resource("a buffer"))?;
    let mut bytes = Vec::with_capacity(QUADS_MAX * 6 * size_of::<u16>());
    for quad in 0..QUADS_MAX {
        for corner in [0, 1, 2, 2, 1, 3] {
            // At most 4 * QUADS_MAX - 1, which is the largest u16.
            bytes.extend(((quad * 4 + corner) as u16).to_le_bytes());
        }
    }
    gl.bind_vertex_array(None);
    gl.bind_buffer(Gl::ELEMENT_ARRAY_BUFFER, Some(&buffer));
    gl.buffer_data_with_u8_array(Gl::ELEMENT_ARRAY_BUFFER, &bytes, Gl::STATIC_DRAW);
    Ok(buffer)
}
