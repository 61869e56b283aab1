#include "http/refusal.hpp"

#include "base/text.hpp"

namespace zke {

namespace {

std::string json_text(int status, const std::string& error, const std::vector<std::string>& known) {
  auto text = "{\"error\":" + quoted(error) + ",\"status\":" + std::to_string(status);
  if (!known.empty()) {
    std::string list;
    for (const auto& value : known) {
      list += (list.empty() ? "" : ",") + quoted(value);
    }
    text += ",\"known\":[" + list + "]";
  }
  return text + "}\n";
}

}  // namespace

Response refuse(bool as_json, int status, const std::string& error, const Known& known) {
  Response response;
  response.status = status;
  if (as_json) {
    response.content_type = "application/json";
    response.body = json_text(status, error, known.values);
    return response;
  }
  response.body = std::to_string(status) + ": " + printable(error) + known.title + "\n";
  for (const auto& value : known.values) {
    response.body += "  " + printable(value) + "\n";
  }
  return response;
}

}  // namespace zke
