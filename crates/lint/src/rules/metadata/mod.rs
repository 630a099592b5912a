//! The rules of the group `metadata`. Written by `cargo xtask gen`; do not edit.

pub(super) mod allow_empty_value_only_valid_for_query_form_data;
pub(super) mod discriminator_must_be_a_required_string_property;
pub(super) mod exclusive_maximum_requires_maximum;
pub(super) mod exclusive_minimum_requires_minimum;
pub(super) mod field_length_exceeded;
pub(super) mod field_length_not_in_range;
pub(super) mod max_items_must_be_greater_than_or_equal_to_zero;
pub(super) mod max_length_must_be_greater_than_or_equal_to_zero;
pub(super) mod max_properties_must_be_greater_than_or_equal_to_zero;
pub(super) mod min_items_must_be_greater_than_or_equal_to_zero;
pub(super) mod min_items_should_be_less_than_or_equal_to_max_items;
pub(super) mod min_length_must_be_greater_than_or_equal_to_zero;
pub(super) mod min_length_should_be_less_than_or_equal_to_max_length;
pub(super) mod min_properties_must_be_greater_than_or_equal_to_zero;
pub(super) mod minimum_should_be_less_than_or_equal_to_maximum;
pub(super) mod pattern_should_be_valid_regular_expression;
pub(super) mod required_value_empty;
pub(super) mod value_contains_restricted_words;
pub(super) mod value_must_be_in_english;
pub(super) mod value_must_end_with_alphanumeric;
