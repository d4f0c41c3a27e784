// Go's net/http server, with its defaults: go run app.go PORT
package main

import (
	"net/http"
	"os"
	"time"
)

func serve(response http.ResponseWriter, request *http.Request) {
	switch {
	case request.URL.Path == "/upload" && request.ContentLength > 100000:
		http.Error(response, "too large", http.StatusRequestEntityTooLarge)
	case request.URL.Path == "/slow":
		time.Sleep(time.Second)
		response.Write([]byte("slow\n"))
	case request.URL.Path == "/large":
		response.Write(make([]byte, 8000000))
	default:
		response.Write([]byte("hello\n"))
	}
}

func main() {
	http.HandleFunc("/", serve)
	panic(http.ListenAndServe(":"+os.Args[1], nil))
}
