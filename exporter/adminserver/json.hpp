#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zke {

/// A text, number or word (`null`, `true`) somewhere in a JSON document.
struct JsonValue {
  enum class Kind : std::uint8_t { kText, kNumber, kWord };

  Kind kind;
  std::string_view text;              ///< a number as it is spelt: it may not fit into a double
  std::span<const std::string> keys;  ///< of the objects that it is in, the outermost first
  bool is_in_list;                    ///< the last of these keys holds a list
  std::size_t object;                 ///< that it is in, counted by their beginnings

  /// Whether it is the one value of this key of the document itself.
  bool is(std::string_view key) const {
    return keys.size() == 1 && !is_in_list && keys.front() == key;
  }
};

/// Hands over the values of a document, in its order, and keeps none: memory is bounded by the
/// depth, 16. Only a whole document gives no error (truncated, malformed); what was handed over
/// before an error is not to be believed. Texts may hold invalid UTF-8.
std::optional<Error> read_json(std::string_view document,
                               const std::function<void(const JsonValue&)>& take);

}  // namespace zke
