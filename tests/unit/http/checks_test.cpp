#include "pages/checks.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// A site with /readyz, whose checks fail as the test says.
struct CheckedSite : Site {
  CheckedSite() {
    add_checks(router, "/readyz", "whether it is ready",
               {{"disk", [this] { return disk; }}, {"net", [this] { return net; }}});
  }

  HttpReply get(const std::string& target) { return ask(request(target)); }

  std::string disk;
  std::string net;
};

}  // namespace

TEST_CASE("a check page that passes says ok", "[http]") {
  CheckedSite site;

  const auto reply = site.get("/readyz");

  CHECK(reply.status == 200);
  CHECK(reply.body == "ok\n");
  CHECK(reply.header("Cache-Control") == "no-store");
}

TEST_CASE("verbose lists all checks", "[http]") {
  CheckedSite site;
  for (const auto* target : {"/readyz?verbose", "/readyz?verbose=true", "/readyz?x=1&verbose"}) {
    CHECK(site.get(target).body == "[+]disk ok\n[+]net ok\nreadyz check passed\n");
  }
}

TEST_CASE("a check that fails is a 503 with the reason", "[http]") {
  CheckedSite site;
  site.net = "the cable is out";

  const auto reply = site.get("/readyz");

  CHECK(reply.status == 503);
  CHECK(reply.body == "[+]disk ok\n[-]net failed: the cable is out\nreadyz check failed\n");
}

TEST_CASE("exclude leaves checks out", "[http]") {
  CheckedSite site;
  site.net = "the cable is out";
  site.disk = "full";

  CHECK(site.get("/readyz?exclude=net").status == 503);
  CHECK(site.get("/readyz?exclude=nothing").status == 503);
  const auto reply = site.get("/readyz?exclude=net&exclude=disk&verbose");
  CHECK(reply.status == 200);
  CHECK(reply.body == "[+]disk excluded: ok\n[+]net excluded: ok\nreadyz check passed\n");
}

TEST_CASE("one check can be asked alone", "[http]") {
  CheckedSite site;
  site.net = "the cable is out";

  CHECK(site.get("/readyz/disk").body == "ok\n");
  const auto reply = site.get("/readyz/net");
  CHECK(reply.status == 503);
  CHECK(reply.body == "[-]net failed: the cable is out\nreadyz/net check failed\n");
}

TEST_CASE("a check that does not exist is a 404 with those that do", "[http]") {
  CheckedSite site;

  const auto reply = site.get("/readyz/dsik");

  CHECK(reply.status == 404);
  CHECK(reply.body == "404: there is no check dsik. There are:\n  disk\n  net\n");
  CHECK(site.get("/readyz/").status == 404);
}
