#include "pages/answer.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "base/text.hpp"

namespace zke {

std::optional<Response> find_unknown_parameter(const Request& request,
                                               std::vector<std::string_view> known) {
  known.emplace_back("format");
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      Response response;
      response.status = 400;
      response.body = "400: ?" + printable(name, 100) + "= is not known here. There are:\n";
      for (const auto each : known) {
        response.body += "  " + std::string(each) + "\n";
      }
      return response;
    }
    if (name == "format" && value != "json" && value != "text") {
      return unknown_value(400, name, {"json", "text"});
    }
  }
  return std::nullopt;
}

bool is_set(const Request& request, std::string_view name) {
  const auto* const value = request.parameter(name);
  return value != nullptr && *value != "false" && *value != "0" && *value != "no";
}

bool wants_json(const Request& request) {
  const auto* format = request.parameter("format");
  return request.accept.find("application/json") != std::string::npos ||
         (format != nullptr && *format == "json");
}

Response health_response(const Request& request, bool passed, const std::string& text,
                         const boost::json::value& json) {
  Response response;
  response.status = passed ? 200 : 503;
  response.headers.emplace_back("Cache-Control", "no-store");
  if (wants_json(request)) {
    response.content_type = "application/json";
    response.body = boost::json::serialize(json) + "\n";
  } else {
    response.body = text;
  }
  return response;
}

Response unknown_value(int status, const std::string& name, const std::vector<std::string>& known) {
  Response response;
  response.status = status;
  response.body = std::to_string(status) + ": ?" + name + "= must be one of these:\n";
  for (const auto& value : known) {
    response.body += "  " + value + "\n";
  }
  return response;
}

}  // namespace zke
