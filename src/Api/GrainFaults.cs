namespace EdgeOrleans.Api;

/// <summary>What an exception out of a grain call means to the client.</summary>
internal static class GrainFaults
{
    private static readonly ApiError NoAnswer = new(
        ErrorKind.Timeout, "the collection did not answer in time; whether a write took place is unknown");

    private static readonly ApiError NotReachable = new(
        ErrorKind.Unavailable, "the collection cannot be reached now; whether a write took place is unknown");

    // Orleans has tried for a while (CallRetries), and no grain ever began with it.
    private static readonly ApiError NotCarriedOut = new(
        ErrorKind.Unavailable, "the collection cannot be reached now; nothing was changed");

    // Thrown to whoever asks for memory beyond the budget, and over with what was asked for.
    private static readonly ApiError NoMemory = new(
        ErrorKind.Unavailable, "the memory budget is used up (Memory:BudgetBytes); whether a write took place is unknown");

    /// <summary>What is said of a fault that nobody expects: nothing of it leaks.</summary>
    public static ApiError Unexpected { get; } = new(ErrorKind.Internal, "the service failed to answer; its log says why");

    /// <summary>The error to answer with, or <see langword="null"/> for a fault that nobody expects.</summary>
    public static ApiError? Expected(Exception fault) => fault switch
    {
        RefusedException refused => ApiError.Of(refused.Refusal),
        TimeoutException => NoAnswer,
        OrleansMessageRejectionException and not SiloUnavailableException => NotCarriedOut,
        OrleansException => NotReachable,
        OutOfMemoryException => NoMemory,
        _ => null,
    };
}
