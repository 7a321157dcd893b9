/* The cost of bare writes from C: connects, then writes at a fixed rate to one socket after another, at random. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int count, char **args) {
  if (count != 6) return 2;
  int port = atoi(args[1]), sockets = atoi(args[2]), bytes = atoi(args[3]), one = 1;
  double rate = atof(args[4]), duration = atof(args[5]);
  int *fds = calloc(sockets, sizeof(int));
  char *frame = malloc(bytes);
  memset(frame, 'x', bytes);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  for (int i = 0; i < sockets; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fds[i], (struct sockaddr *)&to, sizeof to) != 0) return perror("connect"), 1;
    setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  long done = 0;
  unsigned random = 1;
  double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), now;
  while ((now = seconds(CLOCK_MONOTONIC) - began) < duration) {
    for (; done < rate * now; done++) {
      random = random * 1664525u + 1013904223u;
      if (write(fds[(random >> 8) % sockets], frame, bytes) != bytes) return perror("write"), 1;
    }
    usleep(1000);
  }
  printf("{\"writes\":%ld,\"cpuSeconds\":%f}\n", done, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  return 0;
}
