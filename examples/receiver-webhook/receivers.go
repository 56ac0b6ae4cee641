// go run receivers.go people.json 8080 - who is told of alerts, as the file says it.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/api/v2/receivers", func(w http.ResponseWriter, r *http.Request) {
		var people map[string]any
		text, err := os.ReadFile(os.Args[1])
		if err != nil || json.Unmarshal(text, &people) != nil {
			http.Error(w, "the file cannot be read", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"receivers": people[r.URL.Query().Get("namespace")]})
	})
	fmt.Printf("http://%s\n", listener.Addr())
	panic(http.Serve(listener, nil))
}
