"""The requests of the client: conversion of arguments to messages, without I/O."""
