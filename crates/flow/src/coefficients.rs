//! The two coefficients of a path at one time, with their derivatives.

/// Values and derivatives of a schedule at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    pub alpha: f64,
    pub sigma: f64,
    /// `d alpha / d t`.
    pub d_alpha: f64,
    /// `d sigma / d t`.
    pub d_sigma: f64,
}

impl Coefficients {
    /// `alpha' sigma - sigma' alpha = sigma^2 rho'`: positive where the SNR increases.
    pub(crate) fn wronskian(&self) -> f64 {
        self.d_alpha * self.sigma - self.d_sigma * self.alpha
    }
}
