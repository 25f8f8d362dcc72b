//! A GPU as the kernels see it: Burn's own device and queue.

use super::plan::Limits;
use crate::flat::DeviceError;
use burn::tensor::wgpu::wgpu;
use wgpu::util::DownloadBuffer;

/// Burn's device and queue.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
}

impl Gpu {
    pub(crate) fn limits(&self) -> Limits {
        let limits = self.device.limits();
        let threads = limits
            .max_compute_invocations_per_workgroup
            .min(limits.max_compute_workgroup_size_x);
        Limits {
            threads: threads as usize,
            shared: limits.max_compute_workgroup_storage_size as usize,
            buffer: limits.max_storage_buffer_binding_size as usize,
        }
    }

    /// A buffer of that many floats, all zero.
    pub fn zeros(&self, floats: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * floats as u64,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A storage buffer with these numbers at its beginning.
    pub fn storage(&self, floats: &[f32]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        let buffer = self.zeros(floats.len(), usage);
        self.queue
            .write_buffer(&buffer, 0, bytemuck::cast_slice(floats));
        buffer
    }

    /// Waits until all that was submitted before is done.
    pub async fn done(&self) -> Result<(), DeviceError> {
        let (sender, receiver) = async_channel::bounded(1);
        self.queue.on_submitted_work_done(move || {
            // Nobody listens any more if the work was dropped.
            let _ = sender.try_send(());
        });
        let polled = self.device.poll(wgpu::PollType::wait_indefinitely());
        polled.map_err(|error| broken(&error))?;
        receiver.recv().await.map_err(|error| broken(&error))
    }

    /// The first `floats` numbers of a buffer, after all that was submitted before this call.
    pub fn read(
        &self,
        buffer: &wgpu::Buffer,
        floats: usize,
    ) -> impl Future<Output = Result<Vec<f32>, DeviceError>> + use<> {
        let (sender, receiver) = async_channel::bounded(1);
        let slice = buffer.slice(..4 * floats as u64);
        DownloadBuffer::read_buffer(&self.device, &self.queue, &slice, move |found| {
            let numbers = found.map(|bytes| bytemuck::pod_collect_to_vec(&bytes));
            // Nobody listens any more if the training was dropped.
            let _ = sender.try_send(numbers);
        });
        let device = self.device.clone();
        async move {
            // In a browser this does nothing, and the callback comes by itself.
            let polled = device.poll(wgpu::PollType::wait_indefinitely());
            polled.map_err(|error| broken(&error))?;
            let numbers = receiver.recv().await.map_err(|error| broken(&error))?;
            numbers.map_err(|error| broken(&error))
        }
    }
}

/// A failure of the GPU as Burn would report it.
pub(crate) fn broken(error: &dyn core::fmt::Display) -> DeviceError {
    DeviceError::WithContext {
        reason: error.to_string(),
    }
}
