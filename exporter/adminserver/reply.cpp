#include "adminserver/reply.hpp"

#include <optional>
#include <string>
#include <utility>

#include "adminserver/json.hpp"
#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kShown = 120;

/// The words of an error page, `<title>Error 500 java.lang.…</title>`, or nothing.
std::string title_of(std::string_view html) {
  constexpr std::string_view kBegin = "<title>";
  const auto begin = html.find(kBegin);
  if (begin == std::string_view::npos) {
    return {};
  }
  const auto text = html.substr(begin + kBegin.size());
  return ": " + printable(text.substr(0, text.find("</title>")), kShown);
}

Error status_error(const HttpAnswer& answer) {
  const auto status = "status " + std::to_string(answer.status);
  switch (answer.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      if (answer.location.starts_with("https:")) {
        return {Reason::kTls, status + ": it wants HTTPS; set admin.scheme to https"};
      }
      return {Reason::kMalformed, status + ": it redirects to " +
                                      printable(answer.location, kShown) +
                                      "; is admin.path right?"};
    case 401:
      return {Reason::kMalformed, status +
                                      ": it wants a name and a password; set admin.username and "
                                      "admin.password_file"};
    case 403:
      return {Reason::kMalformed, status +
                                      ": it refuses to tell us; look at admin.username "
                                      "and at what stands before the AdminServer"};
    case 404:
      return {Reason::kMalformed,
              status + ": there is no such page; is it the AdminServer, is admin.path right?"};
    default:
      return {Reason::kMalformed, status + title_of(answer.body)};
  }
}

/// What every document of an AdminServer says.
struct Envelope {
  std::string command;
  std::optional<std::string> error;
  bool is_error_null = false;  ///< it says that there is none
};

}  // namespace

bool is_server_fault(const HttpAnswer& answer) { return answer.status == 500; }

Result<Reply> read_admin_reply(std::string_view page, const HttpAnswer& answer) {
  if (answer.status != 200) {
    return status_error(answer);
  }
  Envelope envelope;
  const auto mistake = read_json(answer.body, [&envelope](const JsonValue& value) {
    if (value.is("command")) {
      envelope.command = value.text;
    } else if (value.is("error")) {
      if (value.kind == JsonValue::Kind::kWord && value.text == "null") {
        envelope.is_error_null = true;
      } else {
        envelope.error = value.text;
      }
    }
  });
  if (mistake) {
    // Jackson, which writes it, puts this behind the half of a document that it could not finish.
    const bool is_half =
        answer.body.find("Exception writing command response to JSON") != std::string::npos;
    return is_half ? Error(Reason::kTruncated, "the server failed while it wrote the answer")
                   : Error(mistake->reason(), mistake->detail() + ": it begins with \"" +
                                                  printable(answer.body, 40) + "\"");
  }
  if (envelope.command != page || (!envelope.error && !envelope.is_error_null)) {
    return Error(Reason::kMalformed, "JSON, but not of ZooKeeper's AdminServer");
  }
  Reply reply;
  reply.source = PollSource::kAdminServer;
  if (envelope.error && is_not_serving(*envelope.error)) {
    reply.kind = Reply::Kind::kNotServing;
  } else if (envelope.error && envelope.error->starts_with("Unknown command")) {
    reply.kind = Reply::Kind::kNotAllowed;
  } else if (envelope.error) {
    return Error(Reason::kMalformed, "the server says: " + printable(*envelope.error, kShown));
  }
  reply.text = answer.body;
  return reply;
}

}  // namespace zke
