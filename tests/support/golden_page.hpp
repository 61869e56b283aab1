#pragma once

#include <string>

/// The expected pages of metrics below tests/golden: whole in NAME.prom, or in NAME.diff as the
/// difference from a whole one, which its first line names.
namespace zke::test {

bool is_whole_page(const std::string& name);

/// The expected page. With UPDATE_GOLDEN set (make golden) its file first comes to say `actual`;
/// the whole pages go first, as the others are told by them. A new page is told by the most similar
/// one.
std::string golden_page(const std::string& name, const std::string& actual);

}  // namespace zke::test
