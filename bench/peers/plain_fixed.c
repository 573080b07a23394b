/* The same training in plain C, as one would write it: sigmoid, cross-entropy, no biases, the
   order of operations of the engine. With `recorded` it keeps the parameters of every update. */
#include <math.h>
#include <string.h>

enum { INPUTS = 2, HIDDEN = 5, WEIGHTS = HIDDEN * INPUTS + HIDDEN, EXAMPLES = 4 };

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

void train(const double *inputs, const double *targets, double learning_rate, long updates,
           double *parameters, double *costs, double *recorded) {
  double *hidden_weights = parameters, *output_weights = parameters + HIDDEN * INPUTS;
  for (long update = 0; update < updates; update++) {
    double gradient[WEIGHTS] = {0}, cost = 0.0;
    for (int example = 0; example < EXAMPLES; example++) {
      const double *x = inputs + example * INPUTS;
      double y = targets[example], hidden[HIDDEN], z = 0.0;
      for (int i = 0; i < HIDDEN; i++) {
        double logit = 0.0;
        for (int j = 0; j < INPUTS; j++) logit += x[j] * hidden_weights[i * INPUTS + j];
        hidden[i] = sigmoid(logit);
      }
      for (int i = 0; i < HIDDEN; i++) z += hidden[i] * output_weights[i];
      cost += fmax(z, 0.0) - z * y + log1p(exp(-fabs(z)));
      double delta = sigmoid(z) - y;
      for (int i = 0; i < HIDDEN; i++) {
        double below = delta * output_weights[i] * (hidden[i] * (1.0 - hidden[i]));
        for (int j = 0; j < INPUTS; j++) gradient[i * INPUTS + j] += below * x[j];
        gradient[HIDDEN * INPUTS + i] += delta * hidden[i];
      }
    }
    for (int w = 0; w < WEIGHTS; w++) parameters[w] -= gradient[w] / EXAMPLES * learning_rate;
    costs[update] = cost / EXAMPLES;
    if (recorded) memcpy(recorded + update * WEIGHTS, parameters, sizeof(double) * WEIGHTS);
  }
}
