/* FANN's batch training: one call of fann_train_epoch is one update over all its examples.
   Called from C, so that only FANN's own time is measured. */
#include <doublefann.h>
#include <string.h>

struct fann *make(unsigned inputs, unsigned hidden, unsigned outputs, int symmetric,
                  float learning_rate) {
  struct fann *network = fann_create_standard(3, inputs, hidden, outputs);
  fann_set_training_algorithm(network, FANN_TRAIN_BATCH);
  fann_set_train_error_function(network, FANN_ERRORFUNC_LINEAR);
  fann_set_activation_function_hidden(network, symmetric ? FANN_SIGMOID_SYMMETRIC : FANN_SIGMOID);
  fann_set_activation_function_output(network, FANN_SIGMOID);
  fann_set_activation_steepness_hidden(network, 0.5); /* 1/(1 + exp(-2·steepness·z)) */
  fann_set_activation_steepness_output(network, 0.5);
  fann_set_learning_rate(network, learning_rate);
  return network;
}

struct fann_train_data *set_of(unsigned examples, unsigned inputs, unsigned outputs,
                               const double *all_inputs, const double *all_targets) {
  struct fann_train_data *data = fann_create_train(examples, inputs, outputs);
  for (unsigned example = 0; example < examples; example++) {
    for (unsigned j = 0; j < inputs; j++)
      data->input[example][j] = all_inputs[example * inputs + j];
    for (unsigned k = 0; k < outputs; k++)
      data->output[example][k] = all_targets[example * outputs + k];
  }
  return data;
}

unsigned connections(struct fann *network) { return fann_get_total_connections(network); }

void set_weights(struct fann *network, const double *weights) {
  memcpy(network->weights, weights, fann_get_total_connections(network) * sizeof(double));
}

void train(struct fann *network, struct fann_train_data **batches, long count, long updates,
           double *costs, double *recorded) {
  unsigned weights = fann_get_total_connections(network);
  for (long update = 0; update < updates; update++) {
    costs[update] = fann_train_epoch(network, batches[update % count]);
    if (recorded) memcpy(recorded + update * weights, network->weights, weights * sizeof(double));
  }
}
