#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "paylog/base/result.h"

namespace paylog::telemetry {

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

// Answers GET and HEAD of a few paths, for probes and scrapers; anything else is 404. Plain HTTP
// without authentication: bind it to loopback, or to a network of your own. Its threads call the
// handlers, several at once.
class HttpServer {
 public:
  using Handlers = std::map<std::string, std::function<HttpResponse()>>;  // By path.

  // `address`: "HOST:PORT", "[::1]:PORT"; port 0 takes any that is free. kInvalidArgument for
  // another form, kBusy where the address cannot be had.
  static base::Result<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                         const Handlers& handlers);
  // Ends what is being answered, and takes nothing more.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that was taken.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  struct Implementation;
  HttpServer(std::unique_ptr<Implementation> implementation, std::string address);

  std::unique_ptr<Implementation> implementation_;
  const std::string address_;
};

}  // namespace paylog::telemetry
