#include "pages/reload.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "http/query.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;

namespace asio = boost::asio;

namespace {

/// The page alone; what a reload brings is up to the test.
struct ReloadPage {
  explicit ReloadPage(bool is_allowed) {
    add_reload_page(
        router, [this](auto cause) { return reload(std::move(cause)); }, is_allowed,
        LookLimit({2, 4}));
  }

  asio::awaitable<Result<std::string>> reload(std::string cause) {
    causes.push_back(std::move(cause));
    if (hangs) {
      co_await release.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return result;
  }

  asio::awaitable<Response> answer(Request request) {
    co_return co_await router.find("/-/reload")->answer(request);
  }

  Response ask(const std::string& accept = "") {
    auto request = parse_target("/-/reload");
    request.headers.emplace_back("Accept", accept);
    return run(io, answer(std::move(request)));
  }

  asio::io_context io{1};
  Router router;
  std::vector<std::string> causes;
  Result<std::string> result = std::string("Nothing has changed.\n");
  bool hangs = false;
  asio::steady_timer release{io, std::chrono::steady_clock::time_point::max()};
};

}  // namespace

TEST_CASE("a reload answers what has changed, or the mistake", "[pages]") {
  ReloadPage page(true);
  CHECK(page.router.find("/-/reload")->is_action);

  const auto good = page.ask();
  CHECK(good.status == 200);
  CHECK(good.body == "Nothing has changed.\n");
  CHECK(good.headers == Headers{{"Cache-Control", "no-store"}});

  page.result = Error(Reason::kMalformed, "exporter.yml:3: poll.intervall is not a known key");
  const auto bad = page.ask();
  CHECK(bad.status == 500);
  CHECK(bad.body == "500: exporter.yml:3: poll.intervall is not a known key\n");
  CHECK(page.ask("application/json").body ==
        "{\"error\":\"exporter.yml:3: poll.intervall is not a known key\",\"status\":500}\n");
  CHECK(page.causes == std::vector<std::string>(3, "POST /-/reload"));
}

TEST_CASE("a reload that nobody allowed is refused with what to do", "[pages]") {
  ReloadPage page(false);
  const auto refused = page.ask();

  CHECK(refused.status == 403);
  CHECK(refused.body ==
        "403: reloads by HTTP are not allowed here; start the exporter with "
        "--web.enable-lifecycle, or send it SIGHUP\n");
  CHECK(page.causes.empty());
}

TEST_CASE("those who wait for a reload can't take all connections", "[pages]") {
  ReloadPage page(true);
  page.hangs = true;
  std::vector<int> answers;
  const auto ask = [&]() -> asio::awaitable<void> {
    const auto response = co_await page.answer(parse_target("/-/reload"));
    answers.push_back(response.status);
  };
  for (int i = 0; i < 3; ++i) {
    start(page.io.get_executor(), ask());
  }
  REQUIRE(wait_until(page.io, [&] { return answers.size() == 1; }));
  CHECK(answers.back() == 503);
  page.hangs = false;
  page.release.expires_at(std::chrono::steady_clock::time_point::min());  // it ends the waits
  REQUIRE(wait_until(page.io, [&] { return answers.size() == 3; }));
  CHECK(page.ask().status == 200);
}
