#include "paylog/service/service_main.h"
#include "paylog/validator/stage/validator_stage.h"

int main(int argc, char** argv) {
  using namespace paylog;
  return service::ServiceMain(argc, argv,
                              {.name = "paylog-validator",
                               .stage = "validator",
                               .purpose = "Accepts or refuses each command, on a log on Kafka",
                               .input_partitions = &paylog::runtime::PartitionCounts::commands,
                               .make_stage = [](log::Log& log, const service::StageSetup& setup,
                                                runtime::Counters& counters) {
                                 return validator::MakeValidatorStage(
                                     log,
                                     {.counts = setup.counts,
                                      .batch_records_max = setup.batch_records_max,
                                      .observer = setup.observer,
                                      .partitions_stop_alone = true},
                                     counters);
                               }});
}
