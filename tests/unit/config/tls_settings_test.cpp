#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "config/difference.hpp"
#include "config/ensemble_settings.hpp"
#include "config/flags.hpp"
#include "config/yaml.hpp"
#include "support/certificates.hpp"
#include "support/folder.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using Texts = std::vector<std::string>;

/// An ensemble with this in its map.
Settings with(const std::string& more) {
  return read_config_text("x", "ensembles:\n- {name: orders, members: [zk-0:1]" + more + "}\n")
      .settings;
}

Texts changes(const std::string& before, const std::string& now) {
  return find_changes(with(before), with(now));
}

/// A folder with an authority's certificate, and flags that name it.
struct Files {
  Files() { write(folder / "ca.crt", make_authority({"Our authority"}).pem()); }

  std::string ca_flag() const { return "--zookeeper.tls.ca-file=" + path("ca.crt"); }
  std::string path(const std::string& name) const { return folder / name; }

  Folder folder;
};

EnsembleSettings first_of(const Texts& flags) {
  return read_flags(flags).config.settings.ensembles.at(0);
}

std::string mistake_in(const Texts& flags) {
  try {
    read_flags(flags);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("without tls: no TLS is spoken, with an empty one it is, with its defaults", "[config]") {
  CHECK_FALSE(with("").ensembles[0].tls);
  CHECK_FALSE(first_of({}).tls);
  CHECK(with(", tls: {}").ensembles[0].tls == TlsSettings());
  CHECK(TlsSettings().verify);
  CHECK(TlsSettings().min_version == TlsSettings::Version::k12);
}

TEST_CASE("every key of tls: arrives, and every flag", "[config]") {
  Files files;
  const auto ca = files.path("ca.crt");
  const auto own = make_self_signed({"exporter"});
  const auto cert = files.path("own.crt");
  const auto key = files.path("own.key");
  write(cert, own.pem());
  write(key, own.key_pem());
  const TlsSettings wanted{ca, cert, key, "zk-0.zk", false, TlsSettings::Version::k13};

  CHECK(with(", tls: {ca_file: " + ca + ", cert_file: " + cert + ", key_file: " + key +
             ", server_name: zk-0.zk, verify: none, min_version: '1.3'}")
            .ensembles[0]
            .tls == wanted);
  const Texts flags = {files.ca_flag(),
                       "--zookeeper.tls.cert-file=" + cert,
                       "--zookeeper.tls.key-file=" + key,
                       "--zookeeper.tls.server-name=zk-0.zk",
                       "--zookeeper.tls.verify=none",
                       "--zookeeper.tls.min-version=1.3"};
  CHECK(first_of(flags).tls == wanted);
  auto with_servers = flags;
  with_servers.emplace_back("--zookeeper.servers=zk-1:1");
  CHECK(first_of(with_servers).tls == wanted);
  CHECK(first_of(with_servers).members == std::vector<Address>{{"zk-1", 1}});
}

TEST_CASE("each flag of TLS alone means TLS", "[config]") {
  const Files files;
  TlsSettings wanted;
  wanted.ca_file = files.path("ca.crt");
  CHECK(first_of({files.ca_flag()}).tls == wanted);
  CHECK(first_of({"--zookeeper.tls.verify=none", "--zookeeper.tls.enabled"}).tls);
}

TEST_CASE("flags of TLS are about the flags' servers, not about a file's", "[config]") {
  const Files files;
  write(files.path("x.yml"), "ensembles:\n- {name: orders, members: [zk-0:1]}\n");
  const auto file = "--config.file=" + files.path("x.yml");

  CHECK(mistake_in({file, "--zookeeper.tls.verify=none"}) ==
        "--zookeeper.tls.verify is about the servers of --zookeeper.servers; give both, or write "
        "it into the file");
  const auto both = first_of({file, files.ca_flag(), "--zookeeper.servers=zk-1:1"});
  CHECK(both.name == "default");
  CHECK(both.tls);
}

TEST_CASE("a flag of TLS that is wrong is named", "[config]") {
  CHECK(mistake_in({"--zookeeper.tls.verify=maybe"}) ==
        "--zookeeper.tls.verify must be full or none");
  CHECK(mistake_in({"--zookeeper.tls.min-version=1.1"}) ==
        "--zookeeper.tls.min-version must be 1.2 or 1.3");
  CHECK(mistake_in({"--zookeeper.tls.ca-file="}) ==
        "--zookeeper.tls.ca-file is empty; give it a value or leave it out");
  CHECK(mistake_in({"--zookeeper.tls.server-name=a b"})
            .starts_with("--zookeeper.tls.server-name is no host name and no IP address"));
}

TEST_CASE("a server name may be an IP address of either kind", "[config]") {
  for (const std::string name : {"10.0.0.7", "fd00::7", "zk-0.zk"}) {
    CHECK(with(", tls: {server_name: '" + name + "'}").ensembles[0].tls->server_name == name);
  }
}

TEST_CASE("files of TLS that can't be used are a mistake of the configuration", "[config]") {
  const Files files;
  write(files.path("bad.crt"), "hello\n");
  CHECK(mistake_in({"--zookeeper.tls.ca-file=" + files.path("bad.crt")}) ==
        "--zookeeper.tls.ca-file " + files.path("bad.crt") +
            ": holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----");

  auto ensembles = with(", tls: {ca_file: " + files.path("ca.crt") + "}").ensembles;
  CHECK_NOTHROW(read_files({}, ensembles));
  ensembles.push_back(ensembles[0]);
  ensembles[1].name = "search";
  ensembles[1].tls->cert_file = "/no/cert";
  ensembles[1].tls->key_file = "/no/key";
  const EnsemblePlaces places{{{"search", "ensembles[].tls.cert_file"}, "x:7: tls.cert_file"}};
  CHECK_THROWS_WITH(read_files(places, ensembles),
                    "x:7: tls.cert_file /no/cert: cannot be read: No such file or directory");
}

TEST_CASE("what changes in tls: is told, as a whole or by its key", "[config]") {
  CHECK(changes("", "").empty());
  CHECK(changes(", tls: {}", ", tls: {verify: full}").empty());
  CHECK(changes("", ", tls: {verify: none, ca_file: /x}") == Texts{"ensemble orders: tls added"});
  CHECK(changes(", tls: {verify: none, ca_file: /x}", "") == Texts{"ensemble orders: tls removed"});
  CHECK(changes(", tls: {}", ", tls: {verify: none}") ==
        Texts{"ensemble orders: tls.verify full -> none"});
  CHECK(changes(", tls: {ca_file: /x}", ", tls: {ca_file: /y, min_version: '1.3'}") ==
        Texts{"ensemble orders: tls.ca_file /x -> /y",
              "ensemble orders: tls.min_version 1.2 -> 1.3"});
  CHECK(changes(", tls: {ca_file: /x}", ", tls: {}") ==
        Texts{"ensemble orders: tls.ca_file /x -> those of the system"});
}

TEST_CASE("what changes in the source of figures is told", "[config]") {
  CHECK(changes("", ", source: auto").empty());
  CHECK(changes("", ", source: admin_server, admin: {port: 8081}") ==
        Texts{"ensemble orders: source auto -> admin_server",
              "ensemble orders: admin.port 8080 -> 8081"});
}

TEST_CASE("another password is told, one that was not read is none", "[config]") {
  auto before = with(", admin: {username: zk, password_file: /x}");
  auto now = before;
  now.ensembles[0].admin.password = "new";
  CHECK(find_changes(before, now).empty());
  before.ensembles[0].admin.password = "old";
  CHECK(find_changes(before, now) ==
        Texts{"ensemble orders: admin.password_file holds another password"});
}

TEST_CASE("the password of the AdminServer is the one line of its file", "[config]") {
  const Files files;
  const auto file = files.path("password");
  const auto password_in = [&](const std::string& text) {
    write(file, text);
    const auto password = read_secret(file);
    return password ? *password : "(" + password.error().detail() + ")";
  };
  CHECK(password_in("secret") == "secret");
  CHECK(password_in("secret word\r\n") == "secret word");
  CHECK(password_in("") == "(holds no line, or several)");
  CHECK(password_in("\n") == "(holds no line, or several)");
  CHECK(password_in("secret\n\n") == "(holds no line, or several)");
  CHECK(password_in(std::string(5000, 'x')) == "(is larger than 4 KiB)");

  write(file, "");
  const auto flags =
      Texts{"--zookeeper.admin.username=zk", "--zookeeper.admin.password-file=" + file};
  CHECK(mistake_in(flags) == "--zookeeper.admin.password-file " + file +
                                 " holds no line, or several; it must hold one line, the password");
  write(file, "secret\n");
  CHECK(first_of(flags).admin.password == "secret");
  CHECK(mistake_in({"--zookeeper.admin.scheme=https"}) ==
        "--zookeeper.admin.scheme is https, which needs tls: (--zookeeper.tls.enabled); `tls: {}` "
        "takes the system's authorities");
}
