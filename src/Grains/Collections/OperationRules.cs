namespace EdgeOrleans.Grains.Collections;

/// <summary>
/// What can be said against operations without a look at the collection. The gateway has checked the same, but a grain is also
/// called by other services. Pure, so that large values are looked at off the grain's scheduler.
/// </summary>
internal static class OperationRules
{
    /// <summary>Checks every operation of a batch.</summary>
    /// <returns>A refusal in the place of each operation that breaks a rule; <see langword="null"/> when none does.</returns>
    public static Refusal?[]? Check(Operation[] operations, LimitsOptions limits)
    {
        Refusal?[]? refusals = null;
        for (var i = 0; i < operations.Length; i++)
        {
            if (Check(operations[i], limits) is { } refusal)
            {
                refusals ??= new Refusal?[operations.Length];
                refusals[i] = refusal;
            }
        }

        return refusals;
    }

    /// <summary>Bytes of all values, by which the cost of a check is judged beforehand.</summary>
    public static long ValueBytes(Operation[] operations)
    {
        var bytes = 0L;
        foreach (var operation in operations)
        {
            bytes += operation?.Value.Length ?? 0;
        }

        return bytes;
    }

    private static Refusal? Check(Operation? operation, LimitsOptions limits)
    {
        if (operation?.Key is null)
        {
            return new Refusal(RefusalCode.InvalidParams, "an operation must have a key");
        }

        if (NameRules.KeyFault(operation.Key) is { } fault)
        {
            return new Refusal(RefusalCode.InvalidParams, fault);
        }

        if (operation.Kind is not (OperationKind.Set or OperationKind.Delete))
        {
            return new Refusal(RefusalCode.InvalidParams, $"{(int)operation.Kind} is no kind of operation");
        }

        if (operation.Precondition is < PreconditionKind.None or > PreconditionKind.Version)
        {
            return new Refusal(RefusalCode.InvalidParams, $"{(int)operation.Precondition} is no kind of precondition");
        }

        if (operation.ExpiresAtMicros < 0)
        {
            return new Refusal(RefusalCode.InvalidParams, "the time when an entry ends must not be negative");
        }

        return operation.Kind == OperationKind.Set ? CheckValue(operation.Value, limits) : null;
    }

    private static Refusal? CheckValue(ReadOnlyMemory<byte> value, LimitsOptions limits)
    {
        if (value.Length > limits.ValueBytes)
        {
            return new Refusal(
                RefusalCode.ValueTooLarge,
                $"value is {value.Length} bytes, more than the limit of {limits.ValueBytes} (Limits:ValueBytes)");
        }

        return JsonText.Fault(value.Span) is { } fault ? new Refusal(RefusalCode.InvalidBody, $"value {fault}") : null;
    }
}
