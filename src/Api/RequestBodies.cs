using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>
/// Reads bodies into arrays of their own. A large one waits with the server, a part of it unread, until there is room for all of it:
/// so a client that announces much and sends little holds nothing, and large ones that come together are taken one after the other.
/// </summary>
internal sealed class RequestBodies(ApiOptions options, RequestBytes bytes, IServiceStatus status)
{
    /// <summary>A body up to this long gets its whole array at once.</summary>
    private const int FirstArrayBytes = 64 * 1024;

    /// <summary>So much of a longer one has to have arrived before there is room made for it.</summary>
    private const int EarnestBytes = 32 * 1024;

    /// <summary>Of a body of unknown length each further array is so many times larger: 1 MiB is copied a third more than once in all.</summary>
    private const int Growth = 4;

    /// <summary>What is written stands in memory as body, as entries and as records of the journal.</summary>
    private const int Copies = 3;

    private static readonly ApiError TooSlow = new(
        ErrorKind.RequestTimeout, "the request body came too slowly; nothing was written");

    // The server's exceptions for it: BadHttpRequestException for most, a plain IOException for a chunk size out of bounds.
    private static readonly ApiError Broken = new(
        ErrorKind.InvalidBody, "the request body ended early or its chunks are malformed; nothing was written");

    private readonly ApiError _tooLarge = new(
        ErrorKind.BodyTooLarge, $"the request body is larger than the limit of {options.MaxBodyBytes} bytes (Http:MaxBodyBytes)");

    private readonly ApiError _tooManyInFlight = new(
        ErrorKind.Unavailable, $"request bodies in flight have reached the limit of {bytes.Max} bytes (Http:MaxRequestBytesInFlight, Memory:BudgetBytes); try again");

    private static readonly ApiError MemoryIsShort = new(
        ErrorKind.Unavailable, $"memory is short (Memory:BudgetBytes), so bodies of more than {FirstArrayBytes} bytes are not taken now; try again");

    private readonly ApiError _tooLate = new(
        ErrorKind.RequestTimeout, $"the request body did not arrive within {options.BodyTimeoutMs} ms (Http:BodyTimeoutMs); nothing was written");

    /// <summary>Reads the body of a request to its end.</summary>
    public async ValueTask<RequestBody> Read(HttpContext context)
    {
        var announced = context.Request.ContentLength;
        if (announced > options.MaxBodyBytes)
        {
            // Not read at all, so that a client that asked with Expect: 100-continue never sends it.
            return RequestBody.Refused(_tooLarge);
        }

        var reader = context.Request.BodyReader;
        var array = Array.Empty<byte>();
        var length = 0;
        CancellationTokenSource? deadline = null;
        try
        {
            while (true)
            {
                if (!reader.TryRead(out var read))
                {
                    deadline ??= new CancellationTokenSource(options.BodyTimeoutMs);
                    read = await reader.ReadAsync(deadline.Token);
                }

                if (array.Length == 0 && announced > FirstArrayBytes && read.Buffer.Length < EarnestBytes && !read.IsCompleted)
                {
                    reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                ApiError? error;
                try
                {
                    var size = SizeFor(read, length, array.Length, (int?)announced);
                    error = size <= array.Length ? null : await TakeRoom(size, array.Length, context.RequestAborted) ?? Grow(ref array, length, size);
                    if (error is null)
                    {
                        read.Buffer.CopyTo(array.AsSpan(length));
                        length += (int)read.Buffer.Length;
                    }
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.End);
                }

                if (error is not null)
                {
                    bytes.Return(array.Length);
                    return RequestBody.Refused(error);
                }

                if (read.IsCompleted)
                {
                    return RequestBody.Whole(array, length);
                }
            }
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true })
        {
            bytes.Return(array.Length);
            return RequestBody.Refused(_tooLate);
        }
        catch (IOException fault)
        {
            bytes.Return(array.Length);
            return RequestBody.Refused(fault is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } ? TooSlow : Broken);
        }
        catch
        {
            bytes.Return(array.Length);
            throw;
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    /// <summary>How large the array has to be for what has arrived; it is made for what is to come too.</summary>
    private long SizeFor(in ReadResult read, int length, int size, int? announced)
    {
        var arrived = length + read.Buffer.Length;
        if (arrived <= size || read.IsCompleted || arrived > options.MaxBodyBytes)
        {
            return arrived;
        }

        return announced ?? Math.Min(options.MaxBodyBytes, Math.Max(arrived, (long)size * Growth));
    }

    /// <returns>Why there is no room for an array of <paramref name="size"/> in place of one of <paramref name="held"/>.</returns>
    private async ValueTask<ApiError?> TakeRoom(long size, int held, CancellationToken aborted)
    {
        if (size > options.MaxBodyBytes)
        {
            return _tooLarge;
        }

        if (!(held == 0 ? await bytes.Take((int)size, aborted) : bytes.TryTake((int)size, held)))
        {
            return _tooManyInFlight;
        }

        if (size > FirstArrayBytes && !await status.MakeRoom(Copies * (size - held), aborted))
        {
            bytes.Return((int)size, held);
            return MemoryIsShort;
        }

        return null;
    }

    /// <summary>Makes the array larger, for which there is room.</summary>
    /// <returns>Why that cannot be; the room is given back then.</returns>
    private ApiError? Grow(ref byte[] array, int length, long size)
    {
        try
        {
            var larger = GC.AllocateUninitializedArray<byte>((int)size);
            array.AsSpan(0, length).CopyTo(larger);
            array = larger;
            return null;
        }
        catch (OutOfMemoryException)
        {
            bytes.Return((int)size, array.Length);
            return MemoryIsShort;
        }
    }
}
