//! Data of instances, as the bytes that go to the GPU in one piece.

/// The instances of one layer, `N` floats each.
///
/// The floats are stored as little-endian bytes, the format of a GPU buffer. On WASM that is a plain store.
#[derive(Debug, Default)]
pub struct Instances<const N: usize> {
    bytes: Vec<u8>,
}

impl<const N: usize> Instances<N> {
    /// Floats per instance.
    pub const FLOATS: usize = N;

    /// Removes all instances, and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Adds an instance. It is drawn above those before it.
    pub fn push(&mut self, instance: [f32; N]) {
        for value in instance {
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// Number of instances.
    pub fn count(&self) -> usize {
        self.bytes.len() / (N * size_of::<f32>())
    }

    /// The bytes of all instances, one after the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Value `index` of instance `instance`, for tests.
    #[cfg(test)]
    pub(super) fn value(&self, instance: usize, index: usize) -> f32 {
        let at = (instance * N + index) * size_of::<f32>();
        f32::from_le_bytes(self.bytes[at..at + 4].try_into().expect("four bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_lie_one_after_the_other() {
        let mut instances = Instances::<2>::default();
        instances.push([1.0, 2.0]);
        instances.push([3.0, 4.0]);
        assert_eq!(instances.count(), 2);
        assert_eq!(instances.bytes().len(), 16);
        assert_eq!(instances.value(1, 0), 3.0);
        instances.clear();
        assert_eq!(instances.count(), 0);
    }
}
