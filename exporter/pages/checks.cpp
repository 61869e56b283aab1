#include "pages/checks.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.hpp"
#include "http/refusal.hpp"

namespace zke {

namespace {

using Checks = std::vector<Check>;

bool is_excluded(const Request& request, const std::string& check) {
  return std::ranges::any_of(request.query, [&](const auto& parameter) {
    return parameter.first == "exclude" && parameter.second == check;
  });
}

Response run(const Checks& checks, const std::string& title, const Request& request) {
  Response response;
  std::string report;
  for (const auto& check : checks) {
    if (is_excluded(request, check.name)) {
      report += "[+]" + check.name + " excluded: ok\n";
      continue;
    }
    const auto fault = check.find_fault();
    if (fault.empty()) {
      report += "[+]" + check.name + " ok\n";
    } else {
      report += "[-]" + check.name + " failed: " + fault + "\n";
      response.status = 503;
    }
  }
  const bool passed = response.status == 200;
  const bool is_verbose = !passed || request.parameter("verbose") != nullptr;
  response.body =
      is_verbose ? report + title + " check " + (passed ? "passed" : "failed") + "\n" : "ok\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response run_one(const Checks& checks, const std::string& title, const std::string& name,
                 const Request& request) {
  for (const auto& check : checks) {
    if (check.name == name) {
      return run({check}, title + "/" + name, request);
    }
  }
  Known known{". There are:", {}};
  for (const auto& check : checks) {
    known.values.push_back(check.name);
  }
  return refuse(request.wants_json(), 404, "there is no check " + printable(name, 100), known);
}

}  // namespace

void add_checks(Router& router, const std::string& path, const std::string& what, Checks checks) {
  const auto shared = std::make_shared<const Checks>(std::move(checks));
  const auto title = path.substr(1);
  router.add(
      path, what, [=](const Request& request) { return run(*shared, title, request); }, "?verbose");
  router.add(path + "/*", "", [=](const Request& request) {
    return run_one(*shared, title, request.path.substr(path.size() + 1), request);
  });
}

}  // namespace zke
