// Command go-service scores text with a small language model over HTTP: how surprised is the model by each byte, at a length that it
// was not trained on, under a method that extends it?
//
//	go run . --model ../../models/rope --listen localhost:8080
//	curl --data-binary @../../models/eval.txt 'http://localhost:8080/score?method=yarn&length=2048'
//	{"method":"yarn","length":2048,"tokens":16384,"nll":2.2234070778590556,"perplexity":9.238754459934617}
//
// The perplexity is that of `farspan report --text models/eval.txt --model rope --methods yarn --lengths 2048`.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"farspan.io/farspan"
)

const largestText = 1 << 20

func main() {
	folder := flag.String("model", "models/rope", "folder with config.json and model.safetensors")
	address := flag.String("listen", "localhost:8080", "address to serve")
	flag.Parse()
	m, err := loadModel(*folder)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("libfarspan %s, serving %s on %s", farspan.VersionText(), *folder, *address)
	server := &http.Server{Addr: *address, Handler: newHandler(m), ReadTimeout: 30 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// newHandler serves /score, as many requests at a time as there are processors.
func newHandler(m *model) http.Handler {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	mux := http.NewServeMux()
	mux.HandleFunc("/score", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			answer(w, http.StatusMethodNotAllowed, failure{"POST the text"})
			return
		}
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestText))
		if err != nil {
			answer(w, http.StatusRequestEntityTooLarge, failure{fmt.Sprintf("the text: %v", err)})
			return
		}
		wanted, err := parse(r.URL.Query(), text)
		if err != nil {
			answer(w, http.StatusBadRequest, failure{err.Error()})
			return
		}
		slots <- struct{}{}
		defer func() { <-slots }()
		scored, err := m.run(r.Context(), wanted)
		switch {
		case errors.Is(err, errBadRequest), errors.Is(err, errUnknownMethod):
			answer(w, http.StatusBadRequest, failure{err.Error()})
		case err != nil:
			answer(w, http.StatusInternalServerError, failure{err.Error()})
		default:
			answer(w, http.StatusOK, scored)
		}
	})
	return mux
}

func parse(query url.Values, text []byte) (request, error) {
	wanted := request{text: text, method: "none"}
	if query.Has("method") {
		wanted.method = query.Get("method")
	}
	for name, number := range map[string]*int{"length": &wanted.length, "bytes": &wanted.bytes} {
		if query.Has(name) {
			value, err := strconv.Atoi(query.Get(name))
			if err != nil || value < 1 {
				return request{}, fmt.Errorf("%s=%q must be a positive number", name, query.Get(name))
			}
			*number = value
		}
	}
	return wanted, nil
}

type failure struct {
	Error string `json:"error"`
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err) // the client is gone
	}
}
