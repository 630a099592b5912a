//! Whether the processor knows the instructions that an optimised build is made of (decision 16).
//!
//! Without this question it would end at the first one that it does not know, by a signal that explains nothing. It is asked
//! before anything else, and in a way that needs none of them: whatever is compiled here may be made of them too.

/// What is to be done where it does not.
pub const ADVICE: &str = "error: this program was built for processors of the level x86-64-v3 (AVX2; Intel since 2013, AMD since \
                          2015), and this is an older one; build it with BACKSHELL_CPU=x86-64 make release\n";

/// Whether the program can run here.
pub fn suffices() -> bool {
    // The level of a build is told by one of its sets; what was built for any processor runs on any.
    !cfg!(target_feature = "avx2") || has_level_3()
}

/// Whether the processor has what the third level of the x86-64 psABI adds to the second one (its table 3.1, and for the bits
/// `CPUID` in volume 2 of Intel's manual).
#[cfg(target_arch = "x86_64")]
fn has_level_3() -> bool {
    use std::arch::x86_64::__cpuid;
    /// FMA, MOVBE, OSXSAVE, AVX and F16C, in ECX.
    const FEATURES: u32 = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29;
    /// BMI1, AVX2 and BMI2, in EBX.
    const EXTENDED: u32 = 1 << 3 | 1 << 5 | 1 << 8;
    /// LZCNT, in ECX.
    const OF_AMD: u32 = 1 << 5;
    // Comparing with constants takes no instruction of the level; to choose bits by a variable would take one.
    __cpuid(0).eax >= 7
        && __cpuid(1).ecx & FEATURES == FEATURES
        && __cpuid(7).ebx & EXTENDED == EXTENDED
        && __cpuid(0x8000_0001).ecx & OF_AMD == OF_AMD
}

#[cfg(not(target_arch = "x86_64"))]
fn has_level_3() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_level_is_the_sum_of_its_sets() {
        use std::arch::is_x86_feature_detected as has;
        let sets = [
            has!("fma"),
            has!("movbe"),
            has!("avx"),
            has!("f16c"),
            has!("bmi1"),
            has!("avx2"),
            has!("bmi2"),
            has!("lzcnt"),
        ];
        assert_eq!(has_level_3(), sets.into_iter().all(|known| known));
        assert!(suffices());
    }
}
