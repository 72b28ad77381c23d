/** Known answers of real models: whoever has their files can check the graphs and the runtime. */
package dev.zoopress.eval.selftest;
