#include "http/headers.hpp"

#include <boost/beast/core/string.hpp>

namespace zke {

std::vector<std::string_view> values_of(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [its_name, value] : headers) {
    if (boost::beast::iequals(its_name, name)) {
      values.emplace_back(value);
    }
  }
  return values;
}

std::string joined_values_of(const Headers& headers, std::string_view name) {
  std::string joined;
  for (const auto value : values_of(headers, name)) {
    joined += joined.empty() ? "" : ", ";
    joined += value;
  }
  return joined;
}

}  // namespace zke
