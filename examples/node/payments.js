// Opens two accounts, pays money in and transfers some of it, with KafkaJS: node payments.js BOOTSTRAP PREFIX
import { randomUUID } from 'node:crypto';
import { Kafka, Partitioners, logLevel } from 'kafkajs';

const COMMANDS = 'payments.commands';
const RESULTS = 'payments.results';
const ANSWER_MS = 60_000;

const [bootstrap, prefix] = process.argv.slice(2);
const kafka = new Kafka({
  clientId: 'example-node',
  brokers: bootstrap.split(','),
  logLevel: logLevel.ERROR,
});
const admin = kafka.admin();
const producer = kafka.producer({
  // Keys lie where a Java client puts them (murmur2). The legacy partitioner of KafkaJS 1 does not do that.
  createPartitioner: Partitioners.DefaultPartitioner,
  // Retries of the client make no second record, and keep the order.
  idempotent: true,
});
// KafkaJS can read only as a member of a group. One of its own makes that a reader of all partitions. It reads
// committed records alone, unless told otherwise.
const group = `example-node-${randomUUID()}`;
const consumer = kafka.consumer({ groupId: group });
const waiting = new Map(); // By account and command id, which is unique within its account.

const name = (account, id) => `${account} ${id}`;

async function followResults() {
  // The end of the results, before the first command is sent: nothing is missed, nothing old is read.
  const ends = await admin.fetchTopicOffsets(RESULTS);
  await consumer.subscribe({ topic: RESULTS });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      // Amounts are at most 2^53 - 1, which JSON.parse reads exactly.
      const result = JSON.parse(message.value.toString());
      waiting.get(name(result.account, result.command_id))?.(result);
    },
  });
  for (const { partition, offset } of ends) {
    consumer.seek({ topic: RESULTS, partition, offset });
  }
}

// Sends the command and waits for its result. Sent again under the same id, it is not carried out again.
async function submit(command) {
  // The key is the account that the command is about; of a transfer, the one that pays.
  const account = command.debtor_account ?? command.account;
  const answered = new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${command.command_id}: no result; send it again under the same id`)), ANSWER_MS);
    waiting.set(name(account, command.command_id), (result) => {
      clearTimeout(late);
      resolve(result);
    });
  });
  await producer.send({
    topic: COMMANDS,
    acks: -1,
    messages: [{ key: account, value: JSON.stringify(command) }],
  });
  const result = await answered;
  waiting.delete(name(account, command.command_id));
  return result;
}

async function main() {
  const [alice, bob] = [`${prefix}-alice`, `${prefix}-bob`];
  await followResults();
  // Each is answered before the next is sent: an account must have been answered as opened before it is paid into.
  for (const command of [
    { type: 'open_account', command_id: 'o-1', account: alice, currency: 'EUR' },
    { type: 'open_account', command_id: 'o-2', account: bob, currency: 'EUR' },
    { type: 'deposit', command_id: 'd-1', account: alice, amount: 10000, currency: 'EUR' },
    { type: 'transfer', command_id: 't-1', debtor_account: alice, creditor_account: bob, amount: 1250,
      currency: 'EUR', reference: 'invoice 7' },
  ]) {
    const result = await submit(command);
    console.log(result.command_id, result.status, result.code);
    if (result.status !== 'completed') {
      throw new Error(result.message);
    }
  }
}

await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
try {
  await main();
} finally {
  await consumer.disconnect();
  await admin.deleteGroups([group]);
  await Promise.all([producer.disconnect(), admin.disconnect()]);
}
