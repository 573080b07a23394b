"""The bits of whole runs: what they were on the machine that recorded them, on every other too.

Stored histories hold only some of their states; those between are recomputed.  Who changes one of
these digests makes histories unreadable that were stored before; and a machine on which one of them
differs cannot read what others have stored.
"""

import hashlib

import numpy as np
import pytest
from numerics import Problem, uniform
from trajectories import ADDED, FIRST_APPLIED, TRAJECTORIES, Trajectory, applied_digest

from training.numerics import kernels, run_loops
from training.numerics.activations import ACTIVATIONS, SOFTMAX
from training.numerics.costs import CostFunction
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind, Rates

#: By the names of trajectories: SHA-256 of all costs, the last parameters, what the optimizer
#: remembers and the cost of the epoch under way.
DIGESTS = {
    "3-7-5-2 sigmoid sigmoid sigmoid cross-entropy gradient-descent decay by 1": (
        "f4f391e7ead8a83a66ac2d511645b399bcdf44c3479580e3c0afa820a4fb922e"
    ),
    "3-7-5-2 tanh sigmoid sigmoid cross-entropy biases momentum by 2": (
        "9f074b5d8a1d4d1c908c3eb9a520a8d48ad3c4dbd47dae00b58dc8f6f9ac6fe4"
    ),
    "3-7-5-2 relu sigmoid sigmoid cross-entropy biases nesterov by 5": (
        "fd55df7682c7423ee76656a707f65d344079057616b3b076464b635e8e3886b2"
    ),
    "3-7-5-2 tanh relu softmax categorical-cross-entropy biases momentum by 1": (
        "bea5a0724e73a93740506852d923c0d0a82c5a3c39aba2003ed5f392fd6e4ec6"
    ),
    "3-7-5-2 relu relu softmax categorical-cross-entropy nesterov by 3": (
        "6483f62bfb84affc3ee78e17de5592e1bf77e85993707e29a3518a91cd31e615"
    ),
    "3-7-5-2 leaky-relu relu softmax categorical-cross-entropy biases adam decay by 8": (
        "ee10f329c74ce6b9e374fda1edeb939747daf13b11a507212265baca299aed9f"
    ),
    "3-7-5-2 relu sigmoid sigmoid squared-error biases nesterov shuffled by 1": (
        "6ebc42bbadb207d4f72229b021932c177d2976ceba1718fefa4e9ba65472642b"
    ),
    "3-7-5-2 leaky-relu sigmoid sigmoid squared-error biases adam decay shuffled by 4": (
        "7fed2712b13803926972423fc2c13a81c234311127de2a5ab4c0871011d3a6f7"
    ),
    "3-7-5-2 softplus sigmoid sigmoid squared-error gradient-descent shuffled by 13": (
        "7001fbb90eeb1c2040f64a10a3c2eb406698dea42845275b8f861e8e58e5ca78"
    ),
    "3-7-5-2 leaky-relu sigmoid sigmoid quadratic adam decay shuffled by 1": (
        "87f8e15c04d6dd120dc7413bfbe8522b8b93e3cacf855c63ab17e590cf7c059e"
    ),
    "3-7-5-2 softplus sigmoid sigmoid quadratic biases gradient-descent shuffled by 2": (
        "92825423e737760824a1359fea847167e478c60845efb5b5d4ebed2fce0bc573"
    ),
    "3-7-5-2 identity sigmoid sigmoid quadratic biases momentum shuffled by 16": (
        "a37fbb05541d7283389e60ed90bd8d62c5c060ddcaf7976d35b4aecd7a5a6c40"
    ),
    "3-7-5-2 softplus tanh tanh squared-error biases gradient-descent by 1": (
        "cd8a5c4b522e46011c1d41f4dfdc7bbfe3733ebc9a596bc1a581a44f02dcf816"
    ),
    "3-7-5-2 identity tanh tanh squared-error momentum by 3": (
        "0cc3ada0b45fe0820f22583031334c82528c8074b1f5fa56266b463952389358"
    ),
    "3-7-5-2 sigmoid tanh tanh squared-error biases nesterov decay by 23": (
        "ed12e147bbc7e01219c6e2a7e617f054d6f01e9236349cf95f774b901cb37af1"
    ),
    "3-7-5-2 identity tanh tanh quadratic biases momentum by 1": (
        "aced0afcf68bc3e9c55c186da48a226b1b6c2c78cfeb888cc2bd777a1d66b564"
    ),
    "3-7-5-2 sigmoid tanh tanh quadratic biases nesterov decay by 4": (
        "5e6dfaa9978b973a065f4d6b339ce704fa0d6bee791ba9913079bc213a124a00"
    ),
    "3-7-5-2 tanh tanh tanh quadratic adam by 5": (
        "37b312fc27c7d8bf89c417cb98e099f454fc88b10128d823fe35d4aedba79a0f"
    ),
    "3-7-5-2 sigmoid relu relu squared-error nesterov decay shuffled by 1": (
        "17f2038188a59c0f02da9608ab98b7be8c4c9244e4ebf4dff1104ff2cea89ef2"
    ),
    "3-7-5-2 tanh relu relu squared-error biases adam shuffled by 2": (
        "dc87121b1540a6e1ef5b68c58661e8834a1dc4b4072b02489969c14b5adc759e"
    ),
    "3-7-5-2 relu relu relu squared-error biases gradient-descent shuffled by 8": (
        "1d7411b52a772ecf6d06004d7b186bb4b7cb059395a2f872e8f4e5892176b21c"
    ),
    "3-7-5-2 tanh relu relu quadratic biases adam shuffled by 1": (
        "40ed82564c95944ebd612e6dbbe93ba29c06a9dddc0ee39efb6be1cbccac8946"
    ),
    "3-7-5-2 relu relu relu quadratic gradient-descent shuffled by 3": (
        "af4f94616ea3df069c761d21af52d72a35ad6879a0e7c8b1bd116bcf20d80ac5"
    ),
    "3-7-5-2 leaky-relu relu relu quadratic biases momentum decay shuffled by 13": (
        "10fc23a676195698f68d3dfc88f5fc32eb7ed0725631b29fc5d36245aa92a72a"
    ),
    "3-7-5-2 relu leaky-relu leaky-relu squared-error biases gradient-descent by 1": (
        "1bdb617f41564ee4050904781713031c457f2f77f41a3b8982ad35234d562fa3"
    ),
    "3-7-5-2 leaky-relu leaky-relu leaky-relu squared-error biases momentum decay by 4": (
        "563eb791d454a433ce7bdd252fe6134b49126430e6d33c1652ad6f7dc3619a96"
    ),
    "3-7-5-2 softplus leaky-relu leaky-relu squared-error nesterov by 16": (
        "11b70cd5cafb7781fb7b5a151ff5a37f1dfbee084e23701b5fe2f5f6ff0c1939"
    ),
    "3-7-5-2 leaky-relu leaky-relu leaky-relu quadratic momentum decay by 1": (
        "003be284002e2d066f6d8bde1110d9308bc407898dedc68188d991ac29ca2ed9"
    ),
    "3-7-5-2 softplus leaky-relu leaky-relu quadratic biases nesterov by 2": (
        "cd42b1995acd6f600cbff68778fb45f9d3f8da7b4364fd2df8e6c0d7601644f0"
    ),
    "3-7-5-2 identity leaky-relu leaky-relu quadratic biases adam by 23": (
        "3f295b87140cf7577123a63cf51f19ec7cefbd843f2c7a3931c56bef879ecb88"
    ),
    "3-7-5-2 softplus softplus softplus squared-error biases nesterov shuffled by 1": (
        "50405fd7555cd6e95301d6b15d078a3e21c780da5831d0fe03b9cf5da027b05d"
    ),
    "3-7-5-2 identity softplus softplus squared-error adam shuffled by 3": (
        "69b400d75f24bbce458012a9f631b72642304e0607e9664896b4f59d42fd1caa"
    ),
    "3-7-5-2 sigmoid softplus softplus squared-error biases gradient-descent decay shuffled by 5": (
        "815a3d8f3998f0af72bdc1c086a013f21128280b455a7e6387caf1c2dd8290cd"
    ),
    "3-7-5-2 identity softplus softplus quadratic biases adam shuffled by 1": (
        "3ec2ec46a5771a05e06eea4e43c2807b08c4a4bd4af104c4c4fe05769cc9e1b6"
    ),
    "3-7-5-2 sigmoid softplus softplus quadratic biases gradient-descent decay shuffled by 4": (
        "066e36015026f39e4dc4be00afbd301bd8688e45e06028a6f232b793cec01524"
    ),
    "3-7-5-2 tanh softplus softplus quadratic momentum shuffled by 8": (
        "fd21238e06aaced008d7c45254094f86ec594ff34e5a6f0bc8cb71596e062538"
    ),
    "3-7-5-2 sigmoid identity identity squared-error gradient-descent decay by 1": (
        "0f27cd6c057f5b81844ed040fd94a03e04770595689b0847f7690d5c1ebd2669"
    ),
    "3-7-5-2 tanh identity identity squared-error biases momentum by 2": (
        "ad7cf0f0e335780eb7a393068b5a152ec81eb32929b66e441c2152b11497f2a3"
    ),
    "3-7-5-2 relu identity identity squared-error biases nesterov by 13": (
        "9f97c944c2fea4b1a864f163998a20949b7cae3ade9792a9126b7905c155f0f7"
    ),
    "3-7-5-2 tanh identity identity quadratic biases momentum by 1": (
        "d183371e05d382257c51ef9c778e406d95b2e61ce8aa123d5e55364ad3f59e1e"
    ),
    "3-7-5-2 relu identity identity quadratic nesterov by 3": (
        "a8f57d0b142bdd6506a80ea553be60271f81d1eece5f4b4ea16b3bdbae4c1866"
    ),
    "3-7-5-2 leaky-relu identity identity quadratic biases adam decay by 16": (
        "4ee26cacb9d46a8c27f8d020f020b56349446d0828ef28819b6010fe0008de03"
    ),
    "40-20-3 tanh sigmoid cross-entropy biases gradient-descent shuffled by 32": (
        "7bd8a7eeb7e2db3a9585f204fadbcc78ab74d527c64dd9eb792aec8a74846bf8"
    ),
    "40-20-3 tanh sigmoid cross-entropy biases momentum shuffled by 1": (
        "89ee1f109a26448dec5c969c4b046d4d3e7dd2dd61788e2f62c34124dbff0b05"
    ),
    "40-20-3 tanh sigmoid cross-entropy biases adam shuffled by 4": (
        "0b5693ef44e0290105948ce194798ca1f77832aa2cb37f049a9b626768299c7b"
    ),
    "17-33-16-5 tanh relu sigmoid cross-entropy biases nesterov shuffled by 19": (
        "c74fdae35dc1f89216834c68e71849277cd434d6639f7056892d8bb46dbaf823"
    ),
    "70-2-35-1 tanh relu sigmoid cross-entropy adam shuffled by 12": (
        "75c4cdc237503b54bb3c3044a889866259e1710f1ef0741d238dc5aeaa22064a"
    ),
    "40-20-3 tanh sigmoid cross-entropy biases rmsprop shuffled by 8": (
        "1be2f6463d6331368083c0c858063f9c15a615bc0e2decad2f1977e93e855b29"
    ),
    "17-33-16-5 tanh relu sigmoid cross-entropy biases adamw shuffled by 4": (
        "28947aeaed805118aeb80a64917c88ffe366cd604e50e2c788d83678290cc01e"
    ),
    "40-20-3 tanh sigmoid cross-entropy biases adagrad shuffled by 1": (
        "0340821da312d7c5f442697379efc87e40077fdaba5a627c746e7146a32b91a0"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy rmsprop by 1": (
        "29e24ddbcd0ee0d134e2ce3d3ae49d20c9b735d0faaebc4613aebc190f2a1b1e"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases rmsprop decay shuffled by 1": (
        "5caf13b604a09ae2ef909a418ccf787fe775a5d33cb5331837072cb2f65baad0"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adamw by 1": (
        "31a7374d1c1b998b83c7847c58a6180475d171c877d65d904597c2d48b89a85d"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adamw shuffled by 1": (
        "1b46c6f3a65d81fcc231cd2985de7c7887525b96b01818c034e4dc4bbb59cf3b"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adagrad by 1": (
        "4c4c0dcb2c44f7ca72bfad92bf5885afcea0a5a449c519840de5953be48a2836"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adagrad decay shuffled by 1": (
        "39e9252a56d5a9a7a48c138a0b7a69b2f69973a49affe47c12e7d1f039e8ed36"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy rmsprop by 3": (
        "eae08e46e5e214d336d86d3f7ff551db4b56cc18d6c089da14e52772a023c366"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases rmsprop decay shuffled by 3": (
        "2f227564e6d09d763232606764e3f5b05ec6d8d4e9aa32fa1ab766ccec331387"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adamw by 3": (
        "171bfb4a53dbaa996fec6c4ff3cb529329182670e2e4f3ae3c1777691abfd98e"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adamw shuffled by 3": (
        "e40ceee9bb81f6bd22f60584067d0e7ba1d02e5397fed7c0f506b397c50234d1"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adagrad by 3": (
        "456ac6e09e7296537f8917241c8feb2e9908837e17db69147e082dd6e457de0c"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adagrad decay shuffled by 3": (
        "cae108f387d2c6ab90a9c185a86dc279d9196effee4f0b5e3ded8e0d703915f3"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy rmsprop shuffled by 8": (
        "1081add8b7992fe05a672c0bf40fd05657265eac4b443c651d0387472a9f0a13"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases rmsprop decay by 8": (
        "cdd73591d5f08691f42a6ce0e16bf66b276fa90c514e4cf707720b85bc7ed8dc"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adamw shuffled by 8": (
        "9bba23a562a6f96aa6a6f9880aa24f700593b8cbc529158dd4a9a1f5db92b6db"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adamw by 8": (
        "c8ce7bc257d56d948c230d38fbede583bb1dcd0184f7075d1f6b58115935c9be"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy adagrad shuffled by 8": (
        "f67d664641b060a6523bab319993faf63b935065afbf9271844e589abede4eb5"
    ),
    "3-7-5-2 tanh relu sigmoid cross-entropy biases adagrad decay by 8": (
        "15ec84d0c3d0dbc1e1f4291160c61b2d0fb84a49312dac97270ed99bfa07a260"
    ),
    "3-7-5-2 elu elu elu squared-error gradient-descent decay by 1": (
        "9a50b300aad37d55938528da3a4ddd458196470a8a9b662f4efd93f66e0bd108"
    ),
    "3-7-5-2 selu elu elu squared-error biases momentum by 2": (
        "1dda6450959f6f0365e5d335d25eaec7885898f9fbddc73b38fe1ba4580425d7"
    ),
    "3-7-5-2 gelu elu elu squared-error biases nesterov by 5": (
        "7af72c406d7817d99b0011fc7524caa910d12965e643f293baa97f60f56fc7bf"
    ),
    "3-7-5-2 selu elu elu quadratic biases momentum by 1": (
        "a8c38276157cbe721a15f9aed63a16bde4ef5a7250c403a1fc1c222eb6aa1848"
    ),
    "3-7-5-2 gelu elu elu quadratic nesterov by 3": (
        "44e1ceb8afbd5b154b1e961836a729b543edb5ec1ef3eda4a54ac5fb87543791"
    ),
    "3-7-5-2 silu elu elu quadratic biases adam decay by 8": (
        "6a014bac059d314b560084e220fb7f261aaa3dd4272b93ee208ada8f873b9312"
    ),
    "3-7-5-2 gelu selu selu squared-error biases nesterov shuffled by 1": (
        "f53758c0a48056f7856208b78f6eca65a1752f36c42437f109280678c5dc3d76"
    ),
    "3-7-5-2 silu selu selu squared-error biases adam decay shuffled by 4": (
        "a0133f4a7c6260c28c0875496a72cec45eea640ee8e662f62fbd6be7adb6bcd2"
    ),
    "3-7-5-2 elu selu selu squared-error gradient-descent shuffled by 13": (
        "f2ae6c41a454fe53a1df6936521e291e9cafdbe6dd68e11fe4b4a23d58b08fbc"
    ),
    "3-7-5-2 silu selu selu quadratic adam decay shuffled by 1": (
        "3dbbf55e35a6fa6a1867cc8a5d8896db2cbeea58d13151567c980fbd6d7dc526"
    ),
    "3-7-5-2 elu selu selu quadratic biases gradient-descent shuffled by 2": (
        "7afa2e1157bc905929dbf1d47775aac66e6a2f1b6544e4eef69af4767e3dd2b8"
    ),
    "3-7-5-2 selu selu selu quadratic biases momentum shuffled by 16": (
        "c8dc6e5a4bbc2fa28afbd8e6921877e99a5018677a17e66532f7c52a7d812113"
    ),
    "3-7-5-2 elu gelu gelu squared-error biases gradient-descent by 1": (
        "cb4a9031eaf21ba4b8752eae270737655236f4186faeb038da7b95a91002edad"
    ),
    "3-7-5-2 selu gelu gelu squared-error momentum by 3": (
        "f5e47d0d1fc737f88128f6d2ce3d5123b181bd8922428af2be7fd1eb16234aff"
    ),
    "3-7-5-2 gelu gelu gelu squared-error biases nesterov decay by 23": (
        "bd0c87933c60ba19e319d3639b1487e1a3e24857948c590646dac8af136b7b29"
    ),
    "3-7-5-2 selu gelu gelu quadratic biases momentum by 1": (
        "f6127230d7d75a78b71e064b2f925afcea68d95421675d7e0336ebd6d58d6f83"
    ),
    "3-7-5-2 gelu gelu gelu quadratic biases nesterov decay by 4": (
        "33c14179468a650c01a369c3c7f3388c93a27b9e50cdce9f49a57f663c03a355"
    ),
    "3-7-5-2 silu gelu gelu quadratic adam by 5": (
        "9c81115faf3bc8a50c545f3869caddddd88c85861980b76c092cb4c48bbbc754"
    ),
    "3-7-5-2 gelu silu silu squared-error nesterov decay shuffled by 1": (
        "adede4c06b07151b150c413abb7807505c5e4b4abc58368282c9e0ba65a972bb"
    ),
    "3-7-5-2 silu silu silu squared-error biases adam shuffled by 2": (
        "1f9a327295747748d798d3c07486c9179c202bb845ead0440dd8b7b70373ab7e"
    ),
    "3-7-5-2 elu silu silu squared-error biases gradient-descent shuffled by 8": (
        "91bfc692debb2ef130cae01fac7bd9224f380cc903c2045c4318ae90f7d343e1"
    ),
    "3-7-5-2 silu silu silu quadratic biases adam shuffled by 1": (
        "0f190e87052e73d385bce790d4cc08462eb47bff43bbfb4154fed365210f2b49"
    ),
    "3-7-5-2 elu silu silu quadratic gradient-descent shuffled by 3": (
        "64746ce53b9e66caf8927f9f9be15f0838b3cf836e9f55cbd059846a202ea795"
    ),
    "3-7-5-2 selu silu silu quadratic biases momentum decay shuffled by 13": (
        "5055e38ead69d0deadbc2ea33ff23f4e72ef0665beb294120d6a07032a9a9ba0"
    ),
    "3-7-5-2 elu identity identity huber biases gradient-descent by 1": (
        "c889db0c115e3e4e57c174795723cb1fb026c8bacbfa709f4dd3f0dfcf2341be"
    ),
    "3-7-5-2 selu identity identity huber biases momentum decay by 4": (
        "38a0fb1d17d6ff4dedad7e3c89d945df22ef6b3d3f17177142ae7fbf70c63018"
    ),
    "3-7-5-2 gelu identity identity huber nesterov by 16": (
        "ccaa7d472291110e4722f73b720db28a4b2e7b0ee813361c0afaee0ef86de932"
    ),
    "3-7-5-2 selu identity identity hinge momentum decay by 1": (
        "f62341e3e57834eb4df9a2b996e8e8d54819e48559271c94e265fbec977c6fbe"
    ),
    "3-7-5-2 gelu identity identity hinge biases nesterov by 2": (
        "1d5197bf171d1e747b5e476f6beb6bdf36bf9059772fa9e355006b4de181f693"
    ),
    "3-7-5-2 silu identity identity hinge biases adam by 23": (
        "b2e2a6ff0e08da8458b94bf3d6992d0a31c6c307253046dbff49a6e86f19c906"
    ),
    "3-7-5-2 gelu identity identity poisson biases nesterov shuffled by 1": (
        "9120f8dcbb93218369a3783dff4d12762b9180ed6a262ef47d23f403c431a17e"
    ),
    "3-7-5-2 silu identity identity poisson adam shuffled by 3": (
        "a92e064606a3bf7129fd35f916455e4ee60503125b5ab18c271e5fade687c5aa"
    ),
    "3-7-5-2 elu identity identity poisson biases gradient-descent decay shuffled by 5": (
        "4880f3d3041b8619a6d2044f1856f87144d5eb2549be08908afd38dcd971f25c"
    ),
    "3-7-5-2 silu tanh tanh huber biases adam shuffled by 1": (
        "07afa4ed2027b0254418fbcdb18332ec551dd3e1ec6272bf7bd37caf67b19150"
    ),
    "3-7-5-2 elu tanh tanh huber biases gradient-descent decay shuffled by 4": (
        "703e5dd168f37dcde858db604869b49c490ec63adcc98ff083a5cbc358a3c7fe"
    ),
    "3-7-5-2 selu tanh tanh huber momentum shuffled by 8": (
        "ff8018172ea7268e923d4eed0f1840544bfea803c5cf0ca6e4208a2b8b94c4c2"
    ),
    "3-7-5-2 elu tanh tanh hinge gradient-descent decay by 1": (
        "288a1162e775ab2aa2f09821e010c2abb15abc9e36e6224830f5570b742c7ca3"
    ),
    "3-7-5-2 selu tanh tanh hinge biases momentum by 2": (
        "bbc93003cb471a2b2afd305653a79ab17b9eee40ad6b85674044f9356cdb5033"
    ),
    "3-7-5-2 gelu tanh tanh hinge biases nesterov by 13": (
        "9f4bf41cdd769dfa003720be3883f5704370053db4da2d935889d2d7b588fc6a"
    ),
    "3-7-5-2 selu tanh tanh poisson biases momentum by 1": (
        "1dee02655c3cdd737110dfdb88b22bf4063cdc632c3899f48887bca448e59c5f"
    ),
    "3-7-5-2 gelu tanh tanh poisson nesterov by 3": (
        "b228add5a2d336dba0e69b68cbd2edcb7e76c5ed8bafb5beedd8ee534c30fbf7"
    ),
    "3-7-5-2 silu tanh tanh poisson biases adam decay by 16": (
        "b7b5894004e443d8772bc9145394b2ad1ef9a14b2c241ae0768fb0be73fd3460"
    ),
    "3-7-5-2 gelu gelu gelu huber biases nesterov shuffled by 1": (
        "e276df9a3d0d9a382950270d14597e7d76136e398429c0327943ce48cf86e120"
    ),
    "3-7-5-2 silu gelu gelu huber biases adam decay shuffled by 4": (
        "f17b937f241f8bcd1b06719821c9ca1c42da4a2e4b466235c2e75d45cd234bdf"
    ),
    "3-7-5-2 elu gelu gelu huber gradient-descent shuffled by 23": (
        "ab58e449805df3eba31714771cfc19df058361970c049b30e7d883fe1be6b161"
    ),
    "3-7-5-2 silu gelu gelu hinge adam decay shuffled by 1": (
        "d188917ef470a0b03972bdcd8f21a82127c221f1b15a8d832145bc6dc902d338"
    ),
    "3-7-5-2 elu gelu gelu hinge biases gradient-descent shuffled by 2": (
        "82c43bbc1e14042c98ebcce6e60871751d57b940561a3fc0fb2c39198c8c4550"
    ),
    "3-7-5-2 selu gelu gelu hinge biases momentum shuffled by 5": (
        "23a9150e4c955e0f4a4ece82e90d46eac1028f026804237d074acce5135b936c"
    ),
    "3-7-5-2 elu gelu gelu poisson biases gradient-descent by 1": (
        "c3561dca4239da8c20da4323d121ee8e298c32ac6167a1cf4476951f37d87b01"
    ),
    "3-7-5-2 selu gelu gelu poisson momentum by 3": (
        "47ddf2c7231ff2ae3178e894776ff5c27b9e2fc6266aa84a65b0ab3ccc47c7ea"
    ),
    "3-7-5-2 gelu gelu gelu poisson biases nesterov decay by 8": (
        "b9d46a2b36cc3d42d70223f58d29fc613607413303e1266e70430abddab49755"
    ),
}
#: SHA-256 of activations, costs and gradients of the same networks as they are first.
APPLIED = "d5c5808ea2a6ee1ca1e538c3207b2333d5c338685b3a1255300adf1c32bab72e"
#: The same of those that were added.
ADDED_APPLIED = "d84a47c0d16e48d5dfd9d1f77e710687d84c51c70205a5c2b32f81c25fc3a68b"


@pytest.mark.parametrize("name", TRAJECTORIES)
def test_the_bits_of_a_run_never_change(name: str) -> None:
    assert TRAJECTORIES[name].digest() == DIGESTS[name]


def test_the_bits_of_networks_applied_never_change() -> None:
    assert applied_digest(FIRST_APPLIED) == APPLIED
    assert applied_digest(ADDED) == ADDED_APPLIED


def test_the_bits_of_a_run_of_10_000_updates_never_change() -> None:
    problem = Problem(
        Structure((2, 5, 1), ("sigmoid", "sigmoid"), "cross-entropy"),
        uniform(1, -0.12, 0.12, 15),
        np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
        np.array([[0.0], [1.0], [1.0], [0.0]]),
        run_loops.Training(Rates(5.0), 4, 10_000),
    )
    progress = problem.begin()
    costs = problem.advance(progress, problem.total_updates).costs
    assert costs[-1] < 0.01
    assert (
        hashlib.sha256(costs.tobytes()).hexdigest()
        == "f8777a5e083883c4123281293f13b640f5ad86203f1519ae3156959e1ac6522e"
    )
    assert (
        hashlib.sha256(progress.parameters.tobytes()).hexdigest()
        == "2617b86c2dc01d2d3f51807f3a898e8e3651b408b908cfaee47db5f59274c877"
    )


def test_the_runs_cover_all_that_can_be_chosen() -> None:
    assert list(DIGESTS) == list(TRAJECTORIES)
    for lanes in (1, 4, 8):
        some = [each for each in TRAJECTORIES.values() if each.lanes == lanes]
        trainings = [each.training for each in some]
        structures = [each.structure for each in some]
        assert {training.optimizer for training in trainings} == set(OptimizerKind)
        assert {training.rates.weight_decay > 0 for training in trainings} == {False, True}
        assert {training.shuffle_seed is None for training in trainings} == {False, True}
        assert {structure.activations[0] for structure in structures} >= set(ACTIVATIONS)
        assert {structure.activations[-1] for structure in structures} == {*ACTIVATIONS, SOFTMAX}
        assert {structure.cost for structure in structures} == set(CostFunction)
        combined = {
            (each.structure.bias, each.training.optimizer, each.training.shuffle_seed is None)
            for each in some
        }
        assert {(bias, optimizer) for bias, optimizer, _ in combined} == {
            (bias, optimizer) for bias in (False, True) for optimizer in OptimizerKind
        }
    # Means over a number of examples that is a power of two are computed otherwise.
    sizes = {each.training.batch_size for each in TRAJECTORIES.values()}
    assert {1, 2, 3, 4, 5, 8, 13, 16, 23, 32} <= sizes


def test_the_runs_are_runs_to_the_end_in_which_something_happens() -> None:
    for trajectory in TRAJECTORIES.values():
        progress, made = trajectory.run()
        problem = trajectory.problem
        assert (made.updates, made.outcome) == (problem.total_updates, kernels.MADE)
        assert np.isfinite(made.costs).all()
        moved = np.count_nonzero(progress.parameters != problem.parameters)
        assert moved > 0.5 * problem.parameters.size


_NARROW = [each for each in TRAJECTORIES.values() if each.structure.parameters < 100]


@pytest.mark.parametrize("trajectory", _NARROW, ids=lambda each: each.name)
def test_the_loops_come_to_the_same_digest(trajectory: Trajectory) -> None:
    problem = trajectory.problem
    updates = problem.by_loops()
    digest = hashlib.sha256()
    for numbers in (
        [update.cost for update in updates],
        updates[-1].parameters,
        updates[-1].memory,
        [problem.epoch_cost_under_way(updates)],
    ):
        digest.update(np.array(numbers, "<f8").tobytes())
    assert digest.hexdigest() == DIGESTS[trajectory.name]
