// Opens two accounts, pays money in and transfers some of it, with franz-go: payments BOOTSTRAP PREFIX
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	commandsTopic = "payments.commands"
	resultsTopic  = "payments.results"
	answerTime    = 60 * time.Second
)

// Command has the fields that this example uses; docs/reference/commands has all.
type Command struct {
	Type            string `json:"type"`
	CommandID       string `json:"command_id"`
	Account         string `json:"account,omitempty"`
	DebtorAccount   string `json:"debtor_account,omitempty"`
	CreditorAccount string `json:"creditor_account,omitempty"`
	Amount          int64  `json:"amount,omitempty"` // Minor units. Never a float.
	Currency        string `json:"currency"`
	Reference       string `json:"reference,omitempty"`
}

// Result has the fields that this example uses; schemas/result.v1.json has all.
type Result struct {
	CommandID string `json:"command_id"`
	Account   string `json:"account"`
	Status    string `json:"status"`
	Code      string `json:"code"`
	Message   string `json:"message"`
}

// submit sends the command and waits for its result. Sent again under the same id, it is not carried out again.
func submit(ctx context.Context, client *kgo.Client, command Command) (Result, error) {
	// The key is the account that the command is about; of a transfer, the one that pays.
	account := command.Account
	if command.DebtorAccount != "" {
		account = command.DebtorAccount
	}
	value, err := json.Marshal(command)
	if err != nil {
		return Result{}, err
	}
	record := &kgo.Record{Topic: commandsTopic, Key: []byte(account), Value: value}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return Result{}, fmt.Errorf("%s: no result; send it again under the same id: %w", command.CommandID, err)
		}
		for _, record := range fetches.Records() {
			var result Result
			if err := json.Unmarshal(record.Value, &result); err != nil {
				return Result{}, err
			}
			// An id is unique within its account. Other records here concern others: only one command is under
			// way at a time.
			if result.Account == account && result.CommandID == command.CommandID {
				return result, nil
			}
		}
	}
}

func main() {
	bootstrap, alice, bob := os.Args[1], os.Args[2]+"-alice", os.Args[2]+"-bob"
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...),
		// What the producer does by itself is what paylog asks for: keys lie by murmur2, acks are from all
		// replicas, and retries make no second record.
		kgo.ConsumeTopics(resultsTopic),
		// Somewhat before now: no clock agrees with another exactly, and nothing may be missed.
		kgo.ConsumeResetOffset(kgo.NewOffset().AfterMilli(time.Now().Add(-time.Minute).UnixMilli())),
		// Not the default here: results of transactions that were aborted are none.
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	// Each is answered before the next is sent: an account must have been answered as opened before it is paid into.
	for _, command := range []Command{
		{Type: "open_account", CommandID: "o-1", Account: alice, Currency: "EUR"},
		{Type: "open_account", CommandID: "o-2", Account: bob, Currency: "EUR"},
		{Type: "deposit", CommandID: "d-1", Account: alice, Amount: 10000, Currency: "EUR"},
		{Type: "transfer", CommandID: "t-1", DebtorAccount: alice, CreditorAccount: bob, Amount: 1250,
			Currency: "EUR", Reference: "invoice 7"},
	} {
		result, err := submit(context.Background(), client, command)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.CommandID, result.Status, result.Code)
		if result.Status != "completed" {
			log.Fatal(result.Message)
		}
	}
}
