package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"farspan.io/farspan"
)

const models = "../../models"

func serve(t *testing.T) (*httptest.Server, []byte) {
	t.Helper()
	m, err := loadModel(filepath.Join(models, "rope"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(models, "eval.txt"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newHandler(m))
	t.Cleanup(server.Close)
	return server, text
}

// post answers with the status and the body.
func post(url string, text []byte) (int, []byte, error) {
	response, err := http.Post(url, "text/plain", bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

func postScore(t *testing.T, url string, text []byte) score {
	t.Helper()
	var answer score
	status, body, err := post(url, text)
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		t.Fatalf("%s: status %d, %v\n%s", url, status, err, body)
	}
	return answer
}

// The perplexities are those that the command prints for the same text, length and method, to its last digit.
func TestPerplexityIsTheCommands(t *testing.T) {
	command := os.Getenv("FARSPAN_COMMAND")
	if command == "" {
		t.Skip("FARSPAN_COMMAND does not name the farspan command")
	}
	server, text := serve(t)
	const bytes = 2048
	for length, names := range map[int]string{256: "none", 1024: "none,pi,ntk,yarn,rerope,self-extend,window,streaming"} {
		output, err := exec.Command(command, "report", "--quiet", "--models", models, "--model", "rope", "--methods", names, "--lengths",
			strconv.Itoa(length), "--bytes", strconv.Itoa(bytes)).Output()
		if err != nil {
			t.Fatal(err)
		}
		table, _, _ := strings.Cut(string(output), "Bits per byte")
		compared := 0
		for _, line := range strings.Split(table, "\n") {
			words := strings.Fields(strings.TrimPrefix(line, "rope"))
			if len(words) < 2 || methods[words[0]] == nil {
				continue
			}
			got := postScore(t, fmt.Sprintf("%s/score?method=%s&length=%d&bytes=%d", server.URL, words[0], length, bytes), text)
			if printed := fmt.Sprintf("%.3f", got.Perplexity); printed != words[1] || got.Tokens != bytes || got.Length != length {
				t.Errorf("%s at %d: %+v, the command prints %s", words[0], length, got, words[1])
			}
			compared++
		}
		if wanted := strings.Count(names, ",") + 1; compared != wanted || length > 256 && compared != len(methods) {
			t.Errorf("%d methods of %d are compared at %d:\n%s", compared, wanted, length, output)
		}
	}
}

func TestWholeTextIsTheDefault(t *testing.T) {
	server, text := serve(t)
	whole := postScore(t, server.URL+"/score", text[:301])
	explicit := postScore(t, server.URL+"/score?method=none&length=300&bytes=300", text[:301])
	if whole != explicit || whole.Tokens != 300 || whole.NLL < 1 || whole.NLL > 3 {
		t.Errorf("%+v, %+v", whole, explicit)
	}
}

func TestBadRequests(t *testing.T) {
	server, text := serve(t)
	for query, want := range map[string]int{
		"method=no-such":           http.StatusBadRequest,
		"length=1":                 http.StatusBadRequest,
		"length=-5":                http.StatusBadRequest,
		"length=x":                 http.StatusBadRequest,
		"length=100":               http.StatusBadRequest, // as long as the text
		"bytes=0":                  http.StatusBadRequest,
		"length=99999999999999999": http.StatusBadRequest,
		"length=99":                http.StatusOK,
	} {
		status, body, err := post(server.URL+"/score?"+query, text[:100])
		var reason failure
		if err != nil || status != want || json.Unmarshal(body, &reason) != nil || (want != http.StatusOK) != (reason.Error != "") {
			t.Errorf("%s: status %d, %v, %s", query, status, err, body)
		}
	}
	for name, text := range map[string][]byte{"nothing": nil, "a byte": {'a'}, "two bytes": []byte("ab")} {
		if status, _, err := post(server.URL+"/score", text); err != nil || status != http.StatusBadRequest {
			t.Errorf("%s: status %d, %v", name, status, err)
		}
	}
	if status, _, err := post(server.URL+"/score", make([]byte, largestText+1)); err != nil || status != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge text: status %d, %v", status, err)
	}
	if response, err := http.Get(server.URL + "/score"); err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", response, err)
	}
}

// A client that goes away does not keep the processor busy.
func TestCancelledRequestsEnd(t *testing.T) {
	m, err := loadModel(filepath.Join(models, "rope"))
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(context.Background())
	leave()
	if _, err := m.run(gone, request{text: make([]byte, 4097), method: "none"}); !errors.Is(err, farspan.ErrCancelled) {
		t.Errorf("the answer is %v", err)
	}
}

// Many clients at the same time, each with its own text, get what they get alone.
func TestLoad(t *testing.T) {
	server, text := serve(t)
	const clients, calls, length = 16, 3, 320
	urls := []string{"/score?method=yarn", "/score?method=rerope", "/score?method=no-such", "/score?method=none"}
	part := func(client int) []byte { return text[client*500 : client*500+length+1] }
	alone := make([]string, clients)
	for client := range alone {
		_, body, err := post(server.URL+urls[client%len(urls)], part(client))
		if err != nil {
			t.Fatal(err)
		}
		alone[client] = string(body)
	}
	started := time.Now()
	var group sync.WaitGroup
	for client := 0; client < clients; client++ {
		group.Add(1)
		go func(client int) {
			defer group.Done()
			for call := 0; call < calls; call++ {
				if _, body, err := post(server.URL+urls[client%len(urls)], part(client)); err != nil || string(body) != alone[client] {
					t.Errorf("client %d: %v, %s, alone %s", client, err, body, alone[client])
				}
			}
		}(client)
	}
	group.Wait()
	t.Logf("%d requests of %d bytes by %d clients: %.1f per second", clients*calls, length, clients, clients*calls/time.Since(started).Seconds())
}
