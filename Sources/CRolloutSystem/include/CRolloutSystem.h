/// Plain wrappers of Linux calls that Swift's Glibc module does not export. Each returns -1 and sets errno on failure
/// unless it says otherwise.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "caught.h"
#include "file.h"
#include "process.h"
#include "readiness.h"
#include "thread.h"
