#include "adminserver/monitor.hpp"

#include <cstddef>

#include "adminserver/json.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

/// A key with one value: a shape's keys hold any character but a line end.
bool is_figure(const JsonValue& value) {
  return value.keys.size() == 1 && !value.is_in_list && !value.text.empty() &&
         value.keys.front().find_first_of("\r\n") == std::string::npos;
}

}  // namespace

Mntr MonitorReader::read(std::string_view json) {
  MntrFields fields(shape_);
  std::size_t keys = 0;
  const auto mistake = read_json(json, [&](const JsonValue& value) {
    if (value.is("command") || value.is("error")) {
      return;
    }
    if (is_figure(value) && keys < kMaxMntrLines) {
      ++keys;
      fields.add(value.keys.front(), value.text);
    } else {
      fields.add_unparsed();
    }
  });
  auto mntr = fields.take(*shapes_);
  shape_ = mntr.figures.shape;
  return mistake ? MntrFields(nullptr).take(*shapes_) : std::move(mntr);
}

}  // namespace zke
