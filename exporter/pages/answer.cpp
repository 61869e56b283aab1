#include "pages/answer.hpp"

#include <boost/json/serialize.hpp>

namespace zke {

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
