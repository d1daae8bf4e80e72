using Orleans.CodeGeneration;

namespace EdgeOrleans;

/// <summary>
/// Tries a grain call again that no grain has carried out, because its silo has gone or is stopping: some seconds later the grain is on
/// another. For the members of a cluster and for its Orleans clients.
/// </summary>
/// <remarks>
/// What reads is repeated after every rejection. A write is not, when it may have been made: made twice it could undo another client's that
/// came in between. Between silos a rejection by Orleans itself means that the call was never begun: no connection could be made, or the
/// silo took no more calls; all others of Orleans' failures are ambiguous (the call was on its way when the connection broke). To a client
/// every rejection is ambiguous, because Orleans sends what is under way once more when a gateway's connection breaks, and the rejection may
/// be of the second alone. A call that timed out is left alone, because whoever waits for it has waited long enough.
/// </remarks>
/// <param name="time">For the time between two tries.</param>
/// <param name="stopping">
/// Whether this process, when it is a silo, was asked to stop. Its own grains are given up then and not waited for: whoever called them
/// tries again elsewhere.
/// </param>
public sealed class CallRetries(TimeProvider time, CancellationToken stopping = default) : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(400);

    // Longer than it takes until a silo whose machine lost power is given up.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <summary>Whether a rejection proves that a write was not made: between silos, and not to a client.</summary>
    public bool RepeatsWrites { get; init; }

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var began = time.GetTimestamp();
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException fault) when (MayRepeat(context, fault) && time.GetElapsedTime(began) + wait < Limit)
            {
            }

            await Task.Delay(wait, time);
        }
    }

    // Orleans' own calls have their own ways.
    private bool MayRepeat(IOutgoingGrainCallContext context, OrleansMessageRejectionException fault) =>
        !context.TargetId.IsSystemTarget() && !context.TargetId.IsClient()
        && !(stopping.IsCancellationRequested && context.SourceContext is not null)
        && ((RepeatsWrites && fault is not SiloUnavailableException)
            || (context.Request is IRequest request && (request.Options & InvokeMethodOptions.ReadOnly) != 0));
}
