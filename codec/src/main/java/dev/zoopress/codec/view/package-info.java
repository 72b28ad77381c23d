/**
 * Views: how the decoded bytes of a base predict a frame. A region, its transpose, its cast to
 * another float type, or what a known quantisation makes of it.
 */
package dev.zoopress.codec.view;
