#include "pages/configuration.hpp"

#include <catch2/catch.hpp>

#include "support/board_pages.hpp"

using namespace zke;

TEST_CASE("/config shows the settings that run now, and nobody keeps them", "[pages]") {
  boost::asio::io_context io(1);
  Router router;
  auto now = std::make_shared<Body>("log:\n  level: info\n");
  add_configuration_page(router, [&] { return now; });
  const auto ask = [&] {
    return test::run(io, router.find("/config")->answer(parse_target("/config")));
  };

  const auto first = ask();
  now = std::make_shared<Body>("log:\n  level: debug\n");
  const auto second = ask();

  CHECK(first.status == 200);
  CHECK(first.content_type == "text/plain; charset=utf-8");
  CHECK(test::header(first, "Cache-Control") == "no-store");
  CHECK(first.shared->text() == "log:\n  level: info\n");
  CHECK(second.shared == now);
  CHECK(router.routes().at(0).what == "the settings that run now, as a configuration file");
}
