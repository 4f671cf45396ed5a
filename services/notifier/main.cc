#include "paylog/notifier/service/http_setup.h"
#include "paylog/notifier/stage/notifier_stage.h"
#include "paylog/service/service_main.h"

int main(int argc, char** argv) {
  using namespace paylog;
  using Stage = base::Result<std::unique_ptr<runtime::StageRunner>>;
  return service::ServiceMain(
      argc, argv,
      {.name = "paylog-notifier",
       .stage = "notifier",
       .purpose = "Sends results as webhooks, from a log on Kafka",
       .input_partitions = &paylog::runtime::PartitionCounts::results,
       .sends_webhooks = true,
       .make_stage = [](log::Log& log, const service::StageSetup& setup,
                        runtime::Counters& counters) -> Stage {
         PAYLOG_ASSIGN(notifier::NotifierSetup notifier,
                       notifier::MakeHttpSetup(setup.webhooks, setup.counts, setup.warn));
         return notifier::MakeNotifierStage(log,
                                            {.setup = std::move(notifier),
                                             .batch_records_max = setup.batch_records_max,
                                             .observer = setup.observer,
                                             .partitions_stop_alone = true},
                                            counters);
       }});
}
