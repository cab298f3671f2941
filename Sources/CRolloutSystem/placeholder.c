#include "CRolloutSystem.h"
