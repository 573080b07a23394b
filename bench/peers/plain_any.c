/* The same training in plain C for any size, as one would write it: one example after the other,
   no biases, the order of operations of the engine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

static double sigmoid_outputs(int count, const double *z, const double *y, double *delta) {
  double cost = 0.0;
  for (int k = 0; k < count; k++) {
    cost += fmax(z[k], 0.0) - z[k] * y[k] + log1p(exp(-fabs(z[k])));
    delta[k] = sigmoid(z[k]) - y[k];
  }
  return cost;
}

static double softmax_outputs(int count, const double *z, const double *y, double *delta) {
  double most = z[0], sum = 0.0, cost = 0.0;
  for (int k = 1; k < count; k++) most = fmax(most, z[k]);
  for (int k = 0; k < count; k++) sum += delta[k] = exp(z[k] - most);
  for (int k = 0; k < count; k++) {
    cost += y[k] * (log(sum) - (z[k] - most));
    delta[k] = delta[k] / sum - y[k];
  }
  return cost;
}

void train(int inputs, int hidden, int outputs, int is_tanh, int is_softmax, const double *all_inputs,
           const double *all_targets, long examples, int batch, double learning_rate, long updates,
           double *parameters, double *costs, double *recorded) {
  long weights = (long)hidden * inputs + (long)outputs * hidden, next = 0;
  double *first = parameters, *last = parameters + (long)hidden * inputs;
  double *gradient = malloc(weights * sizeof(double)), *last_gradient = gradient + (last - first);
  double *a = malloc(hidden * sizeof(double));
  double *z = malloc(outputs * sizeof(double)), *delta = malloc(outputs * sizeof(double));
  for (long update = 0; update < updates; update++) {
    double cost = 0.0;
    memset(gradient, 0, weights * sizeof(double));
    for (int example = 0; example < batch; example++) {
      const double *x = all_inputs + next * inputs, *y = all_targets + next * outputs;
      next = (next + 1) % examples;
      for (int i = 0; i < hidden; i++) {
        double logit = 0.0;
        for (int j = 0; j < inputs; j++) logit += x[j] * first[(long)i * inputs + j];
        a[i] = is_tanh ? tanh(logit) : sigmoid(logit);
      }
      for (int k = 0; k < outputs; k++) {
        z[k] = 0.0;
        for (int i = 0; i < hidden; i++) z[k] += a[i] * last[(long)k * hidden + i];
      }
      cost += (is_softmax ? softmax_outputs : sigmoid_outputs)(outputs, z, y, delta);
      for (int i = 0; i < hidden; i++) {
        double sum = 0.0;
        for (int k = 0; k < outputs; k++) sum += delta[k] * last[(long)k * hidden + i];
        double below = sum * (is_tanh ? 1.0 - a[i] * a[i] : a[i] * (1.0 - a[i]));
        for (int j = 0; j < inputs; j++) gradient[(long)i * inputs + j] += below * x[j];
      }
      for (int k = 0; k < outputs; k++)
        for (int i = 0; i < hidden; i++) last_gradient[(long)k * hidden + i] += delta[k] * a[i];
    }
    for (long w = 0; w < weights; w++) parameters[w] -= gradient[w] / batch * learning_rate;
    costs[update] = cost / batch;
    if (recorded) memcpy(recorded + update * weights, parameters, weights * sizeof(double));
  }
  free(gradient), free(a), free(z), free(delta);
}
