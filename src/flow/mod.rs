//! The mathematics of flow matching in the plane.
