//! The rules of the group `package`. Written by `cargo xtask gen`; do not edit.

pub(super) mod bs_pkg_archive_structure;
pub(super) mod bs_pkg_archive_unsafe;
pub(super) mod bs_pkg_file_missing;
pub(super) mod bs_pkg_file_name_case;
pub(super) mod bs_pkg_icon_background;
pub(super) mod bs_pkg_icon_forbidden;
pub(super) mod bs_pkg_icon_format;
pub(super) mod bs_pkg_icon_missing;
pub(super) mod bs_pkg_icon_size;
pub(super) mod bs_pkg_intro_missing;
pub(super) mod bs_pkg_intro_sections;
pub(super) mod bs_pkg_readme_o_auth;
pub(super) mod bs_pkg_readme_sections;
pub(super) mod bs_pkg_readme_template_text;
pub(super) mod bs_pkg_script_namespace;
pub(super) mod bs_pkg_script_shape;
pub(super) mod bs_pkg_script_size;
pub(super) mod bs_pkg_settings;
pub(super) mod bs_pkg_solution_files;
pub(super) mod bs_pkg_unexpected_file;
