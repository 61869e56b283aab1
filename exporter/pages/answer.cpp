#include "pages/answer.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "http/refusal.hpp"

namespace zke {

namespace {

/// Every line printable.
std::string printable_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    lines += printable(take_until(text, '\n')) + "\n";
  }
  return lines;
}

}  // namespace

std::optional<Response> find_unknown_parameter(const Request& request,
                                               std::vector<std::string_view> known) {
  constexpr std::size_t kMaxName = 100;
  known.emplace_back("format");
  for (const auto& [name, value] : request.query) {
    const auto shown = "?" + printable(name, kMaxName) + "=";
    if (std::ranges::find(known, name) == known.end()) {
      const std::vector<std::string> names(known.begin(), known.end());
      return refuse(request.wants_json(), 400, shown + " is not known here",
                    {". There are:", names});
    }
    if (&value != request.parameter(name)) {
      return refuse(request.wants_json(), 400, shown + " is given twice");
    }
    if (name == "format" && value != "json" && value != "text") {
      return unknown_value(request, 400, name, {"json", "text"});
    }
  }
  return std::nullopt;
}

bool is_set(const Request& request, std::string_view name) {
  const auto* const value = request.parameter(name);
  return value != nullptr && *value != "false" && *value != "0" && *value != "no";
}

Response health_response(const Request& request, bool passed, const std::string& text,
                         const boost::json::value& json) {
  Response response;
  response.status = passed ? 200 : 503;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (request.wants_json()) {
    response.content_type = "application/json";
    response.body = escape_unprintable(boost::json::serialize(json)) + "\n";
  } else {
    response.body = printable_lines(text);
  }
  return response;
}

Response unknown_value(const Request& request, int status, const std::string& name,
                       const std::vector<std::string>& known) {
  return refuse(request.wants_json(), status, "?" + name + "= must be one of these", {":", known});
}

}  // namespace zke
